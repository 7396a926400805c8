#!/bin/sh
# Stops the Tryton that start.sh started: stop.sh [port]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec "${PYTHON:-python3}" "$here/office.py" stop "${1:-18101}"
