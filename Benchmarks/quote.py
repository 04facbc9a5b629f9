"""Examples/quote against the same service written with FastAPI, both on loopback under `wrk`: the same requests, the
same answers, in turn."""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request

from figures import ROOT, THALWEG, figure

EXAMPLE = os.path.join(ROOT, "Examples", "quote")
HERE = os.path.join(ROOT, "Benchmarks", "quote")
CORES = os.cpu_count()
RUNS = 5
SECONDS = 4
CONNECTIONS = 32


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def call(port, body):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/quote", json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def start(command, folder):
    """A server that answers; stops the benchmark where it does not."""
    port = free_port()
    process = subprocess.Popen(
        [part.replace("PORT", str(port)) for part in command], cwd=folder, stdout=subprocess.DEVNULL)
    for _ in range(200):
        try:
            call(port, {"id": 1, "item": "CU-001", "currency": "eur"})
            return process, port
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    sys.exit(f"{command[0]} does not answer")


def load(port):
    """Calls a second, milliseconds of the 99th percentile."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", "order.lua", f"http://127.0.0.1:{port}"],
        cwd=HERE, stdout=subprocess.PIPE, check=True, text=True)
    words = next(line for line in done.stdout.splitlines() if line.startswith("figures ")).split()
    if words[3] != "0":
        sys.exit(f"quote: {words[3]} calls failed")
    return float(words[1]), float(words[2])


def answers(port):
    orders = [
        {"id": number, "item": item, "count": count, "currency": currency}
        for number, (item, count, currency) in enumerate(
            [("CU-001", 1, "eur"), ("TE-009", 12, "gbp"), ("LA-121", 3, "jpy"), ("XX-999", 1, "usd")], 1)
    ]
    return [call(port, order) for order in orders]


ours, our_port = start([THALWEG, "serve", "quote.thal", "--port", "PORT"], EXAMPLE)
# As many processes as there are cores: this one takes them all, too.
theirs, their_port = start(
    [sys.executable, "-m", "uvicorn", "service:app", "--port", "PORT", "--workers", str(CORES), "--log-level",
     "warning"], HERE)
try:
    if answers(our_port) != answers(their_port):
        sys.exit(f"quote: the answers differ: {answers(our_port)} {answers(their_port)}")
    own, peer = [], []
    load(our_port), load(their_port)
    for _ in range(RUNS):
        own.append(load(our_port))
        peer.append(load(their_port))
finally:
    for process in (ours, theirs):
        process.send_signal(signal.SIGTERM)
        process.wait()

import fastapi

name = f"fastapi {fastapi.__version__}, uvicorn with {CORES} processes"
rate, their_rate = (statistics.median(run[0] for run in runs) for runs in (own, peer))
slow, their_slow = (statistics.median(run[1] for run in runs) for runs in (own, peer))
figure("quote", f"calls a second, {CONNECTIONS} connections", rate, "1/s", name, their_rate, more_is_better=True)
figure("quote", f"99th percentile, {CONNECTIONS} connections", slow, "ms", name, their_slow)
