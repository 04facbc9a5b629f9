"""The queries of Nexmark in batch and in stream, beside Flink's SQL over the same files at the same parallelism; all
our answers are compared with DuckDB's. Ours is the time of the whole process, which writes its answer to files; Flink's
is the duration of the job by its own clock, whose answer goes nowhere. Queries can be named behind the program:
nexmark.py q5 q7."""

import os
import shutil
import subprocess
import sys
import tempfile
import time

from figures import ROOT, THALWEG, figure, in_turn

FOLDER = os.path.join(ROOT, "Benchmarks", "nexmark")
sys.path.insert(0, FOLDER)
subprocess.run(
    [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r",
     os.path.join(FOLDER, "flink.txt")], check=True)

from flink import Flink, Refused  # noqa: E402
from oracle import PUBLISHED, QUERIES, Oracle, kinds, outputs  # noqa: E402

EVENTS = 1_000_000
FILES = 2
RUNS = 3
LIMIT = 300


def generated(work, events):
    """A folder with so many events."""
    program = os.path.join(work, "generate")
    if not os.path.exists(program):
        source = os.path.join(FOLDER, "generate.cpp")
        subprocess.run(["g++", "-std=c++17", "-O2", "-o", program, source], check=True)
    folder = os.path.join(work, str(events))
    subprocess.run([program, str(events), str(FILES), folder], check=True)
    open(os.path.join(folder, "_SUCCESS"), "w").close()  # where the stream ends
    return folder


class Failed(Exception):
    """A query that does not run, or gives other rows than DuckDB."""


def run(query, mode, data, project):
    """Seconds of one run of the whole process."""
    shutil.rmtree(os.path.join(project, "out"), ignore_errors=True)
    command = [THALWEG, "run", "queries.thal", query, "--profile", mode]
    start = time.perf_counter()
    try:
        done = subprocess.run(
            command, cwd=project, env=os.environ | {"NEXMARK_DATA": data}, timeout=LIMIT, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE)
    except subprocess.TimeoutExpired:
        raise Failed(f"it has not ended after {LIMIT} s")
    elapsed = time.perf_counter() - start
    if done.returncode != 0:
        said = done.stderr.decode().strip().splitlines() or [""]
        raise Failed(f"it ended with {done.returncode}: {said[0][:200]}")
    return elapsed


with tempfile.TemporaryDirectory() as work, Flink() as flink:
    published = Oracle(generated(work, 100_000))
    for query, rows in PUBLISHED.items():
        if published.count(query) != rows:
            sys.exit(f"of 100,000 events {query} gives {published.count(query)} rows, and not {rows}, as is published")

    data = generated(work, EVENTS)
    oracle = Oracle(data)
    project = os.path.join(work, "project")
    os.mkdir(project)
    for name in ("queries.thal", "types.thal", "thalweg.yaml"):
        shutil.copy(os.path.join(FOLDER, name), project)

    failures = []
    for mode, flinks in (("batch", "batch"), ("stream", "streaming")):
        for query in sys.argv[1:] or QUERIES:
            events = sum(oracle.count(kind) for kind in kinds(query))
            refusal = []

            def theirs():
                if refusal:
                    return float("nan")
                try:
                    return flink.seconds(query, data, flinks)
                except Refused as error:
                    refusal.append(str(error))
                    return float("nan")

            try:
                own, peer = in_turn(RUNS, lambda: run(query, mode, data, project), theirs)
                difference = oracle.difference(query, outputs(os.path.join(project, "out", f"{query}.csv")))
                if difference:
                    raise Failed(f"other rows than DuckDB's: it {difference}")
            except Failed as failure:
                failures.append(f"{query}, {mode}: {failure}")
                continue
            name = f"{query}, {mode}"
            if refusal:
                figure("nexmark", name, events / own, "events/s", "flink 2.3.0 refuses: " + refusal[0][:80])
            else:
                figure("nexmark", name, events / own, "events/s", "flink 2.3.0", events / peer, more_is_better=True)

if failures:
    sys.exit("\n".join(["nexmark:", *failures]))
