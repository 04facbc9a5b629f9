"""What the scheduler bears: a million runs that have ended, a transaction that somebody holds open, workers that are
killed, and how little it costs the database when there is nothing to do."""

import os
import subprocess
import tempfile
import threading
import time

from figures import THALWEG, figure
from scheduler import Scheduler

HISTORY = 1_000_000
HELD = 60
KILLS = 30
RUNS = """
INSERT INTO thalweg.plan VALUES ('old', '{{}}') ON CONFLICT DO NOTHING;
INSERT INTO thalweg.program (hash, files) VALUES ('old', '{{}}') ON CONFLICT DO NOTHING;
INSERT INTO thalweg.run (id, pipeline, file, parameters, plan_hash, mode, backend, owner_host, owner_boot,
  owner_process, owner_began, created, state, started, ended, seen)
SELECT 'old-' || n, 'old', 'old.thal', '{{}}', 'old', 'batch', 'scheduler', 'a', 'b', 1, 1, at, 'succeeded', at, at, at
FROM (SELECT n, now() - interval '30 days' + n * interval '1 second' AS at FROM generate_series(1, {0}) AS n) AS old;
INSERT INTO thalweg.submission (run, program, arguments, folder, rank, tags)
SELECT number, 'old', '{{}}', '/', number, '{{}}' FROM thalweg.run WHERE pipeline = 'old';
INSERT INTO thalweg.job SELECT number, 0, 'job', 'succeeded' FROM thalweg.run WHERE pipeline = 'old';
ANALYZE thalweg.run; ANALYZE thalweg.submission; ANALYZE thalweg.job
"""


def rate(scheduler, rounds=3):
    return max(scheduler.jobs("fan", 500, 300) for _ in range(rounds))


def seconds_of(process):
    """Seconds of processor time of a process and of its children that have ended."""
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def database_seconds(server):
    with open(f"{server.folder}/data/postmaster.pid") as file:
        postmaster = file.readline().strip()
    children = subprocess.run(["ps", "--ppid", postmaster, "-o", "pid="], capture_output=True, text=True).stdout.split()
    return sum(seconds_of(process) for process in [postmaster, *children])


def held(scheduler):
    """The rate at the end of a minute for which somebody has held a transaction open."""
    script = f"BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM thalweg.worker; SELECT pg_sleep({HELD + 30})"
    holder = subprocess.Popen([f"{scheduler.server.bin}/psql", scheduler.server.url, "-qXc", script],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    end = time.monotonic() + HELD
    found = []
    while time.monotonic() < end:
        found.append(scheduler.jobs("fan", 500, 300))
    holder.terminate()
    holder.wait()
    return max(found[-5:])


def killed(scheduler):
    """The rate while one of two workers is killed every three seconds, and another starts."""
    done = threading.Event()

    def kill():
        number = 0
        while not done.wait(3):
            scheduler.workers[number % 2].kill()
            scheduler.workers[number % 2].wait()
            scheduler.workers[number % 2] = scheduler.worker()
            number += 1

    killer = threading.Thread(target=kill)
    start = scheduler.server.rows("SELECT now()")[0]
    killer.start()
    # As many as take half a minute when nobody is killed.
    scheduler.jobs("fan", int(calm * KILLS / 40), 300)
    done.set()
    killer.join()
    made = scheduler.server.rows(
        f"SELECT count(*) FROM run_event WHERE kind = 'call' AND data LIKE '%succeeded%' "
        f"AND recorded BETWEEN '{start}' AND '{start}'::timestamptz + interval '{KILLS} seconds'")
    return int(made[0]) / KILLS


scheduler = Scheduler()
try:
    rate(scheduler, 1)
    calm = rate(scheduler)
    figure("burden", "jobs while one of two workers is killed every 3 s", killed(scheduler), "1/s",
           "nobody is killed", rate(scheduler), more_is_better=True)
    figure("burden", "jobs after a transaction was held open for 60 s", held(scheduler), "1/s",
           "none is held", rate(scheduler), more_is_better=True)
    calm = rate(scheduler)
    scheduler.server.execute(RUNS.format(HISTORY))
    figure("burden", "jobs beside a million runs that have ended", rate(scheduler), "1/s",
           "beside a few thousand", calm, more_is_better=True)
    for worker in scheduler.workers:
        worker.stdin.close()
        worker.wait()
    folder = tempfile.mkdtemp(prefix="thalweg-bench-")
    idle = [subprocess.Popen([THALWEG, "worker"], env=scheduler.environment, cwd=folder, stderr=subprocess.DEVNULL)
            for _ in range(10)]
    time.sleep(10)
    before, start = database_seconds(scheduler.server), time.monotonic()
    time.sleep(30)
    figure("burden", "the database with 10 idle workers", (database_seconds(scheduler.server) - before)
           / (time.monotonic() - start) * 100, "% of a core", "target of 1 %", 1.0)
    for worker in idle:
        worker.terminate()
    for worker in idle:
        worker.wait()
    scheduler.workers = []
finally:
    scheduler.stop()
