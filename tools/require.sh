#!/bin/sh
# Checks that each tool named on the command line is there, installs it by apt where it is not and apt may
# be used, and says what to install where not.
set -eu

missing=
for tool in "$@"; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
[ -n "$missing" ] || exit 0

if command -v apt-get >/dev/null 2>&1; then
    become=
    [ "$(id -u)" = 0 ] || become="sudo -n"
    echo "installing$missing"
    # shellcheck disable=SC2086  # the list is meant to be split
    if $become apt-get update -qq && DEBIAN_FRONTEND=noninteractive $become apt-get install -y -qq $missing >/dev/null; then
        exit 0
    fi
fi
echo "missing:$missing. Install them with the system's package manager (Debian: apt-get install$missing) and run make again." >&2
exit 1
