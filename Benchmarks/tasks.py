"""What a task of a job costs that does nothing, above the process that does it: passes of a `for`, one after the other
and as many at a time as there are cores, beside a loop that starts the same shell."""

import os
import shutil
import tempfile
import time

from figures import THALWEG, figure, in_turn, seconds

TASKS = 1000
PROGRAM = """task nothing(n: Int) -> Int {
  command "echo {n}"
  effect pure
  resources { cpu: CORES }
}

pipeline many(count: Int) {
  let found = for n in 0..<count {
    let same = nothing(n)
    same
  }
  into out = csv("out.csv") <- [row { n: found.len() }]
}
"""


def processes(command, at_a_time):
    """Seconds of so many processes that write what they print into a file each."""
    start = time.perf_counter()
    running = 0
    for number in range(TASKS):
        if running == at_a_time:
            os.wait()
            running -= 1
        output = (os.POSIX_SPAWN_OPEN, 1, f"{folder}/{number}", os.O_WRONLY | os.O_CREAT, 0o644)
        os.posix_spawn(command[0], command, os.environ, file_actions=[output])
        running += 1
    while running:
        os.wait()
        running -= 1
    return time.perf_counter() - start


def tasks(program, count):
    return seconds([THALWEG, "run", program, "-p", f"count={count}"], folder)


folder = tempfile.mkdtemp(prefix="thalweg-bench-")
cores = os.cpu_count()
try:
    for name, at_a_time in [("one at a time", 1), (f"{cores} at a time", cores)]:
        with open(f"{folder}/p.thal", "w") as file:
            file.write(PROGRAM.replace("CORES", str(cores // at_a_time)))
        many, one, shells, nothings = in_turn(
            3, lambda: tasks("p.thal", TASKS), lambda: tasks("p.thal", 1),
            lambda: processes(["/bin/sh", "-euc", "echo 1"], at_a_time),
            lambda: processes([shutil.which("true")], at_a_time))
        task = (many - one) / (TASKS - 1) * 1000
        shell = shells / TASKS * 1000
        figure("tasks", f"a task that does nothing, {name}", task, "ms", "a loop that starts the shell", shell)
        figure("tasks", f"above the process, {name}", task - shell, "ms", "target of 1 ms", 1.0)
        figure("tasks", f"the smallest process, {name}", nothings / TASKS * 1000, "ms")
finally:
    shutil.rmtree(folder, ignore_errors=True)
