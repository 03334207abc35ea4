#!/bin/sh
# The browser in which the local Stripe's pages are tested. It does not come from PyPI: Debian and Ubuntu have it as a
# package; elsewhere it is installed by hand.
set -eu
command -v "${CHROMIUM:-chromium}" >/dev/null && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "Installing chromium, for the tests of web pages (once) …"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null
    apt-get install -y -qq --no-install-recommends chromium >/dev/null
    exit 0
fi
echo "The tests of web pages need Chromium: install it (Debian: sudo apt-get install chromium), or name one that is"
echo "there: CHROMIUM=/path/to/chrome make test"
exit 1
