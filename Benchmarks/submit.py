"""Runs that are submitted to a worker, with their records in a PostgreSQL of its own that keeps what it commits: how
long a run waits before it begins, and how many small runs a second one worker gets through."""

import glob
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from figures import THALWEG, figure

RUNS = 60
PROGRAM = """record Row { id: Int }
pipeline small {
  from rows: Table<Row> = jsonl("rows.jsonl")
  into out = jsonl("out.jsonl") <- rows
}
"""


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Server:
    """Refuses to run as root, so that it runs as the user of the package."""

    def __init__(self):
        self.bin = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.folder = tempfile.mkdtemp(prefix="thalweg-bench-")
        self.port = free_port()
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.run("initdb", "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C")
        self.run("pg_ctl", "-w", "start", "-l", f"{self.folder}/log",
                 "-o", f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}")
        self.url = f"postgresql://bench@127.0.0.1:{self.port}/postgres"

    def run(self, program, *arguments):
        user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run(user + [f"{self.bin}/{program}", "-D", f"{self.folder}/data", *arguments],
                       check=True, stdout=subprocess.DEVNULL, cwd="/")

    def rows(self, query):
        done = subprocess.run([f"{self.bin}/psql", self.url, "-AtXc", f"SET search_path = thalweg; {query}"],
                              check=True, capture_output=True, text=True)
        return done.stdout.split("\n")[1:-1]

    def stop(self):
        self.run("pg_ctl", "-m", "fast", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


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
