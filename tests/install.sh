#!/bin/sh
# Brings what the tests need beside Python packages: Chromium, and photos out of packages.
set -eu
cd "$(dirname "$0")/.."

if ! .venv/bin/python -m tests.browser; then
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null
    else
        .venv/bin/python -m playwright install chromium
    fi
fi
.venv/bin/python -m tests.photos
