"""Runs that are submitted to a worker, with their records in a PostgreSQL of its own that keeps what it commits: how
long a run waits before it begins, and how many small runs a second one worker gets through."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from figures import THALWEG, figure
from postgres import Server

RUNS = 60
PROGRAM = """record Row { id: Int }
pipeline small {
  from rows: Table<Row> = jsonl("rows.jsonl")
  into out = jsonl("out.jsonl") <- rows
}
"""


server = Server()
folder = tempfile.mkdtemp(prefix="thalweg-bench-")
environment = dict(os.environ, THALWEG_DATABASE_URL=server.url)


def thalweg(*arguments):
    subprocess.run([THALWEG, *arguments], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


try:
    for name, text in [("small.thal", PROGRAM), ("rows.jsonl", '{"id":1}\n')]:
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    thalweg("db", "migrate")
    worker = subprocess.Popen([THALWEG, "worker"], cwd=folder, env=environment, stderr=subprocess.DEVNULL)
    while not server.rows("SELECT 1 FROM worker"):
        time.sleep(0.05)
    for _ in range(RUNS):
        thalweg("submit", "small.thal", "--wait")
    waits = [float(row) for row in server.rows("SELECT extract(epoch FROM started - created) * 1000 FROM run")]
    figure("submit", "from submission to start, median", statistics.median(waits), "ms")
    worker.terminate()
    worker.wait()
    for _ in range(RUNS):
        thalweg("submit", "small.thal")
    worker = subprocess.Popen([THALWEG, "worker", "--slots", "4"], cwd=folder, env=environment,
                              stderr=subprocess.DEVNULL)
    while len(server.rows("SELECT 1 FROM run WHERE state = 'succeeded'")) < 2 * RUNS:
        if worker.poll() is not None:
            sys.exit("submit: the worker has ended")
        time.sleep(0.1)
    took = server.rows(
        f"SELECT extract(epoch FROM max(ended) - min(started)) FROM (SELECT * FROM run ORDER BY number DESC "
        f"LIMIT {RUNS}) newest")
    figure("submit", "whole small runs on one worker of 4 slots", RUNS / float(took[0]), "1/s")
    worker.terminate()
    worker.wait()
finally:
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)
