#!/bin/sh
# Brings what tests/deploy/installed.py needs beside Python packages: nginx, Caddy, systemd's tools.
set -eu

missing=
for each in nginx caddy systemd-analyze openssl; do
    command -v "$each" >/dev/null || missing="$missing $each"
done
if [ -n "$missing" ]; then
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
        echo "The tests of deploy/ need$missing, and root on Debian." >&2
        exit 1
    fi
    # None of them is to be started: 101 is what forbids it.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        nginx-light caddy systemd libseccomp2 openssl >/dev/null
fi
