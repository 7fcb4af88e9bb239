#!/bin/sh
# Checks that each tool named on the command line is there, installs a missing one by apt if apt may
# be used, and else says what to install. After --optional, a tool that cannot be had is no failure.
set -eu

optional=
missing=
for tool in "$@"; do
    package=$tool
    case $tool in
    --optional)
        optional=yes
        continue
        ;;
    riscv64-unknown-elf-gcc | arm-none-eabi-gcc) package=gcc-${tool%-gcc} ;;
    esac
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if command -v apt-get >/dev/null 2>&1; then
    become=
    [ "$(id -u)" = 0 ] || become="sudo -n"
    echo "installing$missing"
    # shellcheck disable=SC2086  # the list is meant to be split
    if $become apt-get update -qq && DEBIAN_FRONTEND=noninteractive $become \
        apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
        exit 0
    fi
fi
if [ -n "$optional" ]; then
    echo "missing:$missing (the tests that need them are skipped)" >&2
    exit 0
fi
echo "missing:$missing. Install them with the system's package manager (Debian: apt-get" \
    "install$missing) and run make again." >&2
exit 1
