"""Times commands in turn with their peers and prints figures as JSON lines."""

import json
import os
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
THALWEG = os.path.join(ROOT, ".build", "release", "thalweg")


def seconds(command, folder=ROOT):
    """Wall seconds of one run of a whole process; stops the benchmark when the process fails."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    elapsed = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    return elapsed


def in_turn(runs, *measures):
    """The median of each measure, taken A B A B, so that a drift of the machine meets all alike."""
    for measure in measures:
        measure()
    results = [[] for _ in measures]
    for _ in range(runs):
        for result, measure in zip(results, measures):
            result.append(measure())
    return [statistics.median(result) for result in results]


def figure(bench, name, value, unit, peer=None, peer_value=None, more_is_better=False):
    """Prints one figure; the ratio is above 1 where it is better than the peer's."""
    ratio = None
    if peer_value:
        ratio = value / peer_value if more_is_better else peer_value / value
    print(json.dumps({
        "bench": bench, "figure": name, "value": round(value, 6), "unit": unit, "peer": peer,
        "peer_value": None if peer_value is None else round(peer_value, 6),
        "ratio": None if ratio is None else round(ratio, 2),
    }), flush=True)
