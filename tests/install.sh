#!/bin/sh
# Brings what the tests need beside Python packages: Chromium, Node.js with Amazon's SDK for
# JavaScript and what makes a client in TypeScript, and photos out of packages.
set -eu
cd "$(dirname "$0")/.."

if ! .venv/bin/python -m tests.support.browser; then
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null
    else
        .venv/bin/python -m playwright install chromium
    fi
fi
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null
    else
        echo "The tests need Node.js 20.19 or later, and npm." >&2
        exit 1
    fi
fi
if ! cmp -s tests/support/js/package-lock.json .venv/node/package-lock.json; then
    mkdir -p .venv/node
    cp tests/support/js/package.json .venv/node
    # Copied last, so that an installation which breaks off is made again.
    cp tests/support/js/package-lock.json .venv/node/npm-shrinkwrap.json
    npm ci --prefix .venv/node --no-audit --no-fund --loglevel=error
    mv .venv/node/npm-shrinkwrap.json .venv/node/package-lock.json
fi
.venv/bin/python -m tests.support.photos
