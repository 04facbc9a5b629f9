"""The scheduler's two planes with jobs that do nothing, on a PostgreSQL of their own that keeps what it commits: jobs of
chains and fans of forty through workers in other processes, events that owners of runs append, and what the same costs
in SQL alone, without a scheduler."""

import subprocess
import sys

from figures import figure
from scheduler import Scheduler

WORKERS = 2
SLOTS = 200
AT_ONCE = 300
ROUNDS = 3

# The graph in tables: a job counts the parents that it waits for. One statement ends a worker's batch, frees the
# children, records what was done, and takes on the next.
SCHEMA = """
CREATE SCHEMA raw;
CREATE TABLE raw.job (run int, n int, waiting int, PRIMARY KEY (run, n)) WITH (fillfactor = 50);
CREATE TABLE raw.edge (n int, child int, PRIMARY KEY (n, child));
CREATE TABLE raw.ready (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run int, n int)
  WITH (autovacuum_vacuum_cost_delay = 0);
CREATE TABLE raw.lease (worker int, run int, n int) WITH (autovacuum_vacuum_cost_delay = 0);
CREATE INDEX ON raw.lease (worker);
CREATE TABLE raw.done (run int, n int, at timestamptz NOT NULL DEFAULT now(), data text, PRIMARY KEY (run, n));
CREATE TABLE raw.run_lease (run int PRIMARY KEY, epoch bigint, sequence bigint) WITH (fillfactor = 50);
INSERT INTO raw.run_lease SELECT n, 1, 0 FROM generate_series(1, 64) AS n;
CREATE TABLE raw.event (run int, sequence bigint, at timestamptz, kind text, call text, data text,
  PRIMARY KEY (run, sequence));
"""
CHAIN = "INSERT INTO raw.edge SELECT n, n + 1 FROM generate_series(0, 38) AS n"
FAN = """INSERT INTO raw.edge SELECT 0, n FROM generate_series(1, 38) AS n
  UNION ALL SELECT n, 39 FROM generate_series(1, 38) AS n"""
RUNS = """TRUNCATE raw.job, raw.ready, raw.lease, raw.done;
INSERT INTO raw.job SELECT run, n, (SELECT count(*) FROM raw.edge WHERE child = n)
FROM generate_series(1, 4000) AS run, generate_series(0, 39) AS n;
INSERT INTO raw.ready (run, n) SELECT run, 0 FROM generate_series(1, 4000) AS run;
ANALYZE raw.job"""
STEP = f"""WITH ended AS (DELETE FROM raw.lease WHERE worker = :client_id RETURNING run, n),
freed AS (UPDATE raw.job SET waiting = waiting - given.count FROM (
    SELECT run, child, count(*) FROM ended JOIN raw.edge USING (n) GROUP BY run, child ORDER BY run, child) AS given
  WHERE job.run = given.run AND job.n = given.child RETURNING job.run, job.n, job.waiting),
fresh AS (INSERT INTO raw.ready (run, n) SELECT run, n FROM freed WHERE waiting = 0),
logged AS (INSERT INTO raw.done (run, n, data) SELECT run, n, '{{"state":"succeeded","attempt":1}}' FROM ended),
taken AS (DELETE FROM raw.ready WHERE number IN (
  SELECT number FROM raw.ready ORDER BY number LIMIT {SLOTS} FOR UPDATE SKIP LOCKED) RETURNING run, n)
INSERT INTO raw.lease SELECT :client_id, run, n FROM taken;
"""
APPEND = """\\set run random(1, 64)
WITH held AS (UPDATE raw.run_lease SET sequence = sequence + 40 WHERE run = :run AND epoch = 1 RETURNING run, sequence)
INSERT INTO raw.event SELECT run, sequence - 40 + n, now(), 'call', 'job[' || n || ']',
  '{"state":"succeeded","attempt":1,"input":"5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"}'
FROM held, generate_series(1, 40) AS n;
"""


def pgbench(server, script, seconds, clients):
    """Runs a script over and over."""
    done = subprocess.run(
        [f"{server.bin}/pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(seconds),
         "--max-tries=10", "-f", "/dev/stdin", server.url], input=script, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"pgbench: {done.stderr[-500:]}")


def raw_jobs(server):
    server.execute(RUNS)
    pgbench(server, STEP, 2, WORKERS)
    return int(server.rows("SELECT count(*) FROM raw.done")[0]) / float(server.rows(
        "SELECT extract(epoch FROM max(at) - min(at)) FROM raw.done")[0])


def raw_events(server):
    before = int(server.rows("SELECT sum(sequence) FROM raw.run_lease")[0])
    pgbench(server, APPEND, 2, 8)
    return (int(server.rows("SELECT sum(sequence) FROM raw.run_lease")[0]) - before) / 2


def best(results):
    """Others use the machine, too: what disturbs makes a figure worse, never better."""
    return max(results)


scheduler = Scheduler(WORKERS, SLOTS)
server = scheduler.server
try:
    server.execute(SCHEMA)
    for shape, edges in [("chain", CHAIN), ("fan", FAN)]:
        server.execute(f"TRUNCATE raw.edge; {edges}; ANALYZE raw.edge")
        scheduler.jobs(shape, AT_ONCE, AT_ONCE)
        ours, raw = [], []
        for _ in range(ROUNDS):
            ours.append(scheduler.jobs(shape, 1000, AT_ONCE))
            raw.append(raw_jobs(server))
        figure("planes", f"jobs of {shape}s of 40 through {WORKERS} workers in other processes", best(ours), "1/s",
               "the same graph in SQL, without owners", best(raw), more_is_better=True)
        for name, mode in [("through workers", "owner"), ("by its owner", "alone")]:
            median = min(scheduler.measure(mode, shape, 20, 1)["median"] for _ in range(ROUNDS))
            figure("planes", f"a {shape} of 40 {name}, median", median * 1000, "ms")
    ours, raw = [], []
    for _ in range(ROUNDS):
        found = scheduler.measure("events", 64, 40, 100)
        ours.append(found["events"] / found["seconds"])
        raw.append(raw_events(server))
    figure("planes", "events that owners of 64 runs append, 40 at a time", best(ours), "1/s",
           "the same in SQL, 8 connections", best(raw), more_is_better=True)
finally:
    scheduler.stop()
