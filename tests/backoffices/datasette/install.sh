#!/bin/sh
# Installs Datasette in var/datasette, once: a JSON service that is not ours. Says nothing when it is there.
# Usage: install.sh            PYTHON=python3.12 install.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
home=${DATASETTE_HOME:-$root/var/datasette}
wanted=$(cksum < "$here/requirements.txt" | tr ' ' -)
if [ -f "$home/stamp" ] && [ "$(cat "$home/stamp")" = "$wanted" ]; then
    exit 0
fi

echo "Installing Datasette in $home"
rm -rf "$home"
"${PYTHON:-python3}" -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
printf %s "$wanted" > "$home/stamp"
