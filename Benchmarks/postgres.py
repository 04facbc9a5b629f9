"""A PostgreSQL of a benchmark's own, that keeps what it commits."""

import glob
import os
import shutil
import socket
import subprocess
import tempfile


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

    def execute(self, script):
        subprocess.run([f"{self.bin}/psql", self.url, "-qXc", script], check=True)

    def stop(self):
        self.run("pg_ctl", "-m", "fast", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
