#!/bin/sh
# Installs the certified provider at the versions of package-lock.json. 75: it cannot be had here.
set -eu
cd "$(dirname "$0")"
if ! command -v npm >/dev/null 2>&1; then
  echo "the real provider needs Node.js 20 or later with npm: apt-get install npm"
  exit 75
fi
[ -d node_modules/oidc-provider ] || npm ci --ignore-scripts --silent --no-audit --no-fund
