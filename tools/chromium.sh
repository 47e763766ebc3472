#!/usr/bin/env bash
# Debian's chromium for the browser tests: there already, or installed where that is allowed. Exit code 1: there is none, and why.
set -u
[ -x /usr/bin/chromium ] && exit 0
if [ "$(id -u)" != 0 ]; then
    echo "No /usr/bin/chromium, and only root can install it: the browser tests are left out." >&2
    exit 1
fi
if ! command -v apt-get > /dev/null; then
    echo "No /usr/bin/chromium and no apt-get to install it: the browser tests are left out." >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
if apt-get update -qq > /dev/null 2>&1 && apt-get install -y -qq --no-install-recommends chromium > /dev/null 2>&1 && [ -x /usr/bin/chromium ]; then
    exit 0
fi
echo "chromium could not be installed: the browser tests are left out." >&2
exit 1
