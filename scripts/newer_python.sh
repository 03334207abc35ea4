#!/bin/sh
# `make test` on a newer Python than the one at hand: `newer_python.sh python3.14 .venv`. Where it is not on the PATH, it
# is of a tree of Debian's in build/debian, which debootstrap brings (once, some 700 MB); the tests then run inside it.
set -eu
python=$1 venv=$2
name=$(basename "$python")

if "$python" -c '' 2>/dev/null; then
    echo "The tests on $("$python" --version):"
    exec make --no-print-directory test PYTHON="$python" VENV="$venv-$name"
fi

case $name in
python3.13) suite=trixie ;;
python3.14) suite=forky ;;
*) suite="" ;;
esac
if [ -z "$suite" ] || [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null || ! unshare --mount true 2>/dev/null; then
    echo "$python is not here, and was not tried. What brings one: uv python install, pyenv install, or a package of the"
    echo "system's; NEWER_PYTHONS=/path/to/python3.14 names it. Root on Debian needs none: with apt-get install debootstrap,"
    echo "the tests run in a tree of Debian's that has it (python3.13 and python3.14)."
    exit 0
fi

tree=$PWD/build/debian/$suite
if [ ! -e "$tree/complete" ]; then
    echo "Bringing $python with Debian's $suite into build/debian/$suite (once, some minutes) …"
    rm -rf "$tree"
    mkdir -p "$tree"
    # `sid` is how debootstrap makes any of Debian's trees, also those that are newer than itself.
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates,git,make,procps "$suite" "$tree" \
        "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" sid >"$tree.log" 2>&1 || { tail -n 5 "$tree.log"; exit 1; }
    touch "$tree/complete"
fi
# A mirror may be days behind, and what Debian says of a testing tree lapses within a week.
echo 'Acquire::Check-Valid-Until "false";' >"$tree/etc/apt/apt.conf.d/behind"
# How this machine reaches the package registries.
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
    [ ! -e "$file" ] || cp "$file" "$tree$file"
done
mkdir -p "$tree$PWD"
echo "The tests on $(chroot "$tree" "$python" --version), in Debian's $suite:"
# The mounts end with the process: they are in a namespace of its own.
# shellcheck disable=SC2016  # the inner shell has them as $1 …
exec unshare --mount sh -euc '
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    mount --bind "$2" "$1$2"
    exec chroot "$1" sh -euc "cd \"\$1\" && exec make --no-print-directory test PYTHON=\$2 VENV=\$3" sh "$2" "$3" "$4"
' sh "$tree" "$PWD" "$python" "$venv-$suite"
