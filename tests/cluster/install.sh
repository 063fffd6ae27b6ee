#!/bin/sh
# Brings what tests/cluster/failing.py needs beside Python packages: networks of its own, and clocks
# that are wrong. On Debian, as root.
set -eu

if ! command -v ip >/dev/null || ! command -v cc >/dev/null ||
    ! ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1; then
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
        echo "The tests of clusters that fail need iproute2, libfaketime and a C compiler." >&2
        exit 1
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc iproute2 \
        libc6-dev libfaketime >/dev/null
fi
