#!/bin/sh
# Checks that each tool named on the command line is there (a name that ends in .h: a header), installs it by apt where it is not and apt may
# be used, and says what to install where not.
set -eu

package() {
    case $1 in
    iverilog) echo iverilog ;;
    zlib.h) echo zlib1g-dev ;;
    *) echo "$1" ;;
    esac
}

present() {
    case $1 in
    *.h) echo "#include <$1>" | "${CXX:-g++}" -E -x c++ - >/dev/null 2>&1 ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

missing=
for tool in "$@"; do
    present "$tool" || missing="$missing $(package "$tool")"
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
