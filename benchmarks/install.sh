#!/bin/sh
# Installs what the benchmarks measure beside: in var/benchmarks, and two Debian packages (as root).
# A peer that cannot be installed is left out of the run, which says so.
#     benchmarks/install.sh [fastify] [drf] [hive] [tasks]      all of them without a name
set -eu
cd "$(dirname "$0")/.."
here=benchmarks/peers
into=var/benchmarks
wanted="${*:-fastify drf hive tasks}"
python="${PYTHON:-python3}"

for program in wrk nginx; do
  if ! command -v "$program" >/dev/null 2>&1 && ! [ -x "/usr/sbin/$program" ]; then
    package=$program
    [ "$program" = nginx ] && package=nginx-light
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
      apt-get install -y -qq "$package" >/dev/null || { apt-get update -qq && apt-get install -y -qq "$package" >/dev/null; }
    else
      echo "Install $package, for example: sudo apt-get install $package"
    fi
  fi
done

for peer in $wanted; do
  folder=$into/$peer
  mkdir -p "$folder"
  case $peer in
    drf | tasks)
      [ -x "$folder/bin/python" ] || "$python" -m venv "$folder"
      "$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/$peer/requirements.txt" ||
        echo "$peer could not be installed"
      ;;
    fastify | hive)
      if ! command -v npm >/dev/null 2>&1; then
        echo "$peer needs Node.js 20 or later with npm"
        continue
      fi
      cp "$here/$peer/package.json" "$folder/"
      (cd "$folder" && npm install --no-audit --no-fund --loglevel=error) || echo "$peer could not be installed"
      ;;
    *)
      echo "no such peer: $peer" >&2
      exit 2
      ;;
  esac
done
