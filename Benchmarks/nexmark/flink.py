"""A Flink of this machine only, for as long as one bench lasts: a job manager and a task manager of two slots."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

FOLDER = os.path.dirname(os.path.abspath(__file__))
HOME = os.path.join(sys.prefix, "lib", f"python{sys.version_info[0]}.{sys.version_info[1]}", "site-packages", "pyflink")
JOB_LIMIT = 300
CONFIGURATION = """
jobmanager: {{ rpc: {{ address: 127.0.0.1, port: {rpc} }}, bind-host: 127.0.0.1, memory: {{ process: {{ size: 1g }} }} }}
taskmanager:
  host: 127.0.0.1
  bind-host: 127.0.0.1
  numberOfTaskSlots: 2
  memory: {{ process: {{ size: 6g }} }}
rest: {{ address: 127.0.0.1, bind-address: 127.0.0.1, port: {rest} }}
parallelism: {{ default: 2 }}
env: {{ java: {{ opts: {{ all: {opens} }} }} }}
web: {{ upload: {{ dir: {work} }} }}
io: {{ tmp: {{ dirs: {work} }} }}
"""


class Refused(Exception):
    """What Flink does not run, in its own words."""


class Flink:
    """Starts with `with`, and is stopped with it."""

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("nexmark: stopped"))  # so that Flink is stopped, too
        self.work = tempfile.TemporaryDirectory()
        self.rest = f"http://127.0.0.1:{(port := free_port())}"
        with open(os.path.join(HOME, "conf", "config.yaml")) as file:
            opens = next(line.split(":", 1)[1].strip() for line in file if line.strip().startswith("all:"))
        with open(os.path.join(self.work.name, "config.yaml"), "w") as file:
            file.write(CONFIGURATION.format(rpc=free_port(), rest=port, work=self.work.name, opens=json.dumps(opens)))
        for name in ("log4j-console.properties", "logback-console.xml"):
            os.symlink(os.path.join(HOME, "conf", name), os.path.join(self.work.name, name))
        environment = os.environ | {
            "FLINK_CONF_DIR": self.work.name, "FLINK_LOG_DIR": self.work.name, "FLINK_PID_DIR": self.work.name}
        self.processes = []
        try:
            for script in ("jobmanager.sh", "taskmanager.sh"):
                log = open(os.path.join(self.work.name, script + ".log"), "w")
                self.processes.append(subprocess.Popen(
                    ["bash", os.path.join(HOME, "bin", script), "start-foreground"], env=environment, stdout=log,
                    stderr=log, start_new_session=True))
            self.wait(lambda: self.get("/overview")["slots-total"] == 2, 60)
            self.jar = self.upload(self.compiled())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.work.cleanup()

    def seconds(self, query, data, mode, sink="'connector' = 'blackhole'"):
        """How long the job took by Flink's own clock: no start of a cluster, no planning."""
        with open(os.path.join(FOLDER, "flink.sql")) as file:
            statements = file.read().format(data=data)
        script = os.path.join(self.work.name, "job.sql")
        with open(script, "w") as file:
            file.write(f"{statements}\nCREATE TABLE `out` WITH ({sink}) AS SELECT * FROM {query};\n")
        job = self.post(f"/jars/{self.jar}/run", {"programArgsList": [mode, script]})["jobid"]
        final = ("FINISHED", "FAILED", "CANCELED")
        try:
            self.wait(lambda: self.get(f"/jobs/{job}")["state"] in final, JOB_LIMIT)
        except TimeoutError:
            urllib.request.urlopen(urllib.request.Request(f"{self.rest}/jobs/{job}", method="PATCH"), timeout=10)
            raise Refused(f"{query} takes longer than {JOB_LIMIT} s")
        details = self.get(f"/jobs/{job}")
        if details["state"] != "FINISHED":
            cause = self.get(f"/jobs/{job}/exceptions")["exceptionHistory"]["entries"]
            raise Refused(cause[0]["stacktrace"][:500] if cause else details["state"])
        return details["duration"] / 1000

    def compiled(self):
        """The jar with the main class that runs statements."""
        library = os.path.join(HOME, "lib")
        jars = [os.path.join(library, name) for name in os.listdir(library) if name.endswith(".jar")]
        classes = os.path.join(self.work.name, "classes")
        subprocess.run(
            ["javac", "-cp", ":".join(jars), "-d", classes, os.path.join(FOLDER, "RunSql.java")], check=True)
        jar = os.path.join(self.work.name, "run-sql.jar")
        subprocess.run(["jar", "-cfe", jar, "RunSql", "-C", classes, "."], check=True)
        return jar

    def upload(self, jar):
        boundary = "a-jar-follows"
        with open(jar, "rb") as file:
            body = (
                f"--{boundary}\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"run-sql.jar\"\r\n"
                "Content-Type: application/x-java-archive\r\n\r\n").encode()
            body += file.read() + f"\r\n--{boundary}--\r\n".encode()
        answer = self.request("/jars/upload", body, f"multipart/form-data; boundary={boundary}")
        return os.path.basename(answer["filename"])

    def get(self, path):
        return self.request(path)

    def post(self, path, value):
        return self.request(path, json.dumps(value).encode(), "application/json")

    def request(self, path, body=None, kind=None):
        request = urllib.request.Request(self.rest + path, body, {"Content-Type": kind} if kind else {})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 503:
                raise
            lines = "".join(json.load(error)["errors"]).splitlines()
            raise Refused(next((line for line in reversed(lines) if line.startswith("Caused by")), lines[0]))

    def wait(self, condition, limit):
        end = time.monotonic() + limit
        while True:
            try:
                if condition():
                    return
            except OSError:
                pass
            if any(process.poll() is not None for process in self.processes):
                raise Refused("Flink has ended")
            if time.monotonic() > end:
                raise TimeoutError
            time.sleep(0.1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
