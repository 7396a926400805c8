#!/bin/sh
# Makes sure that there is a Chromium for the browser tests: Debian's, when we may install it.
set -eu
for found in chromium chromium-browser google-chrome; do
  command -v "$found" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium from Debian for the browser tests ..."
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends chromium fonts-inter fonts-noto-core >/dev/null
else
  echo "No Chromium found: the browser tests will be skipped. On Debian: apt-get install chromium" >&2
fi
