"""The scheduler with jobs that do nothing: a PostgreSQL, and workers in other processes."""

import json
import os
import subprocess
import sys

from figures import THALWEG
from postgres import Server

PLANES = os.path.join(os.path.dirname(THALWEG), "planes")


class Scheduler:
    def __init__(self, workers=2, slots=200):
        self.server = Server()
        self.slots = slots
        self.environment = dict(os.environ, THALWEG_DATABASE_URL=self.server.url)
        subprocess.run([THALWEG, "db", "migrate"], env=self.environment, check=True, stdout=subprocess.DEVNULL)
        self.workers = [self.worker() for _ in range(workers)]

    def worker(self):
        return subprocess.Popen([PLANES, "worker", self.server.url, str(self.slots)], stdin=subprocess.PIPE)

    def measure(self, *words):
        """What the benchmark's own owner of runs has found."""
        done = subprocess.run([PLANES, words[0], self.server.url, *map(str, words[1:])], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"planes: {done.stdout}{done.stderr[-500:]}")
        return json.loads(done.stdout.splitlines()[-1])

    def jobs(self, shape, runs, at_once):
        """Jobs a second."""
        found = self.measure("owner", shape, runs, at_once)
        return found["jobs"] / found["seconds"]

    def stop(self):
        for worker in self.workers:
            worker.stdin.close()
            worker.wait()
        self.server.stop()
