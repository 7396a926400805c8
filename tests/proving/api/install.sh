#!/bin/sh
# Schemathesis in an environment of its own: what it needs is not what Balie needs. 75: not here.
set -eu
cd "$(dirname "$0")/../../.."
[ -x var/schemathesis/bin/schemathesis ] && exit 0
if ! .venv/bin/python -m venv var/schemathesis || ! var/schemathesis/bin/python -m pip install \
  --quiet --disable-pip-version-check "schemathesis==4.32.5"; then
  echo "schemathesis cannot be had here"
  rm -rf var/schemathesis
  exit 75
fi
