#!/bin/sh
# Starts Tryton with a fresh copy of the demo shop, in the background: start.sh [port]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec "${PYTHON:-python3}" "$here/office.py" start "${1:-18101}"
