#!/bin/sh
# A wheel and a source archive, each installed into a fresh environment, where nothing of this machine's is seen, and
# tried there: sh scripts/package.sh python3 build/package
set -eu
python=$1 into=$2
rm -rf "$into"
"$python" -m venv "$into/builder"
"$into/builder/bin/python" -m pip install --quiet --disable-pip-version-check build
"$into/builder/bin/python" -m build --outdir "$into/dist" . >"$into/build.log" 2>&1 || { cat "$into/build.log"; exit 1; }
for package in "$into"/dist/*; do
    case $package in *.whl) kind=wheel ;; *) kind=sdist ;; esac
    "$python" -m venv "$into/$kind"
    "$into/$kind/bin/python" -m pip install --quiet --disable-pip-version-check "$package"
    version=$(sh scripts/smoke.sh "$into/$kind/bin")
    case $package in
    *"-${version#billing }"[-.]*) echo "$(basename "$package") installs, and works: $version" ;;
    *) echo "$package does not work: $version" && exit 1 ;;
    esac
done
