#!/bin/sh
# The shells in which completion is tested. Debian and Ubuntu have them as packages; elsewhere they are installed by hand.
set -eu
missing=""
for shell in bash zsh fish; do
    command -v "$shell" >/dev/null || missing="$missing $shell"
done
[ -z "$missing" ] && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "Installing$missing, for the tests of completion (once) …"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null
    # shellcheck disable=SC2086  # each word is a package
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
    exit 0
fi
echo "The tests of completion run in real shells, and these are missing:$missing. Install them (Debian: sudo apt-get install$missing)."
exit 1
