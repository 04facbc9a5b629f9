"""The report of Examples/flights over the whole year, against the same query in DuckDB: the rows must be the same."""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time

import duckdb

from figures import ROOT, THALWEG, figure, in_turn, seconds

EXAMPLE = os.path.join(ROOT, "Examples", "flights")
DATA = os.path.join(EXAMPLE, "data")
QUERY = os.path.join(ROOT, "Benchmarks", "flights", "delays.sql")
RUNS = 11

if not os.path.exists(os.path.join(DATA, "flights-2013.csv")):
    subprocess.run([os.path.join(EXAMPLE, "year.sh")], check=True)

work = tempfile.mkdtemp()
try:
    with open(QUERY) as file:
        query = file.read().format(data=DATA, period="2013", out=work)

    def ours():
        return seconds([THALWEG, "run", "flights.thal", "-p", "period=2013"], EXAMPLE)

    def duckdb_inside():
        """DuckDB alone: no start of a process, no import, a database in memory."""
        start = time.perf_counter()
        duckdb.connect().execute(query)
        return time.perf_counter() - start

    def duckdb_process():
        return seconds([sys.executable, "-c", f"import duckdb; duckdb.connect().execute({query!r})"])

    own, inside, process = in_turn(RUNS, ours, duckdb_inside, duckdb_process)

    for name in ("airlines", "sky"):
        with open(os.path.join(EXAMPLE, "out", f"{name}-2013.csv")) as file:
            got = list(csv.reader(file))
        with open(os.path.join(work, f"{name}-2013.csv")) as file:
            wanted = list(csv.reader(file))
        if got != wanted:
            rows = [(a, b) for a, b in zip(got, wanted) if a != b] or [(len(got), len(wanted))]
            sys.exit(f"flights: {name} differs from DuckDB: {rows[0]}")

    figure("flights", "year, whole process against DuckDB's query alone", own, "s", "duckdb " + duckdb.__version__, inside)
    figure("flights", "year, whole process against whole process", own, "s", "duckdb " + duckdb.__version__, process)
finally:
    shutil.rmtree(work)
