#!/bin/sh
# Makes sure that the tests have what they need: Chromium, Java, npm, PostgreSQL and Redis from Debian when we
# may install them, and axe-core and the Nu Html Checker from npm at the versions of package-lock.json.
set -eu
cd "$(dirname "$0")/.."
wanted=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
  wanted="chromium fonts-inter fonts-noto-core"
command -v java >/dev/null 2>&1 || wanted="$wanted default-jre-headless"
command -v npm >/dev/null 2>&1 || wanted="$wanted npm"
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ||
  wanted="$wanted postgresql"
command -v redis-server >/dev/null 2>&1 || command -v valkey-server >/dev/null 2>&1 ||
  wanted="$wanted redis-server"
if [ -n "$wanted" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing for the tests, from Debian: $wanted ..."
    apt-get update -qq
    # shellcheck disable=SC2086  # several packages
    apt-get install -y -qq --no-install-recommends $wanted >/dev/null
  else
    echo "Missing, so that the tests of it are skipped: $wanted (on Debian: apt-get install)" >&2
  fi
fi
if command -v npm >/dev/null 2>&1 && [ ! -f tests/screens/node_modules/vnu-jar/build/dist/vnu.jar ]; then
  npm ci --prefix tests/screens --ignore-scripts --silent ||
    echo "npm could not install axe-core and vnu-jar: the browser suite will be skipped" >&2
fi
