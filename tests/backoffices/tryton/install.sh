#!/bin/sh
# Installs Tryton in var/tryton and loads the demo shop, once. Says nothing when all is there.
# Usage: install.sh            PYTHON=python3.12 install.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
home=${TRYTON_HOME:-$root/var/tryton}
mkdir -p "$home"

same() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }
sum() { cat "$@" | cksum | tr ' ' -; }

packages=$(sum "$here/requirements.txt")
if ! same "$home/venv.stamp" "$packages"; then
    echo "Installing Tryton in $home/venv"
    rm -rf "$home/venv"
    "${PYTHON:-python3}" -m venv "$home/venv"
    "$home/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    printf %s "$packages" > "$home/venv.stamp"
fi

cp -R "$here/modules/." "$("$home/venv/bin/python" -c 'from trytond.modules import MODULES_PATH as path; print(path)')"

data=$(sum "$here/requirements.txt" "$here/load.py" "$here/shop.py" "$here/trytond.conf" "$here"/modules/*/*)
if ! same "$home/loaded.stamp" "$data"; then
    echo "Loading the demo shop in $home/loaded"
    rm -rf "$home/loaded" "$home/loading"
    mkdir -p "$home/loading"
    "$home/venv/bin/python" "$here/load.py" "$home/loading"
    mv "$home/loading" "$home/loaded"
    rm -rf "$home"/office-*     # what ran on the data of before: its passwords are others
    printf %s "$data" > "$home/loaded.stamp"
fi
