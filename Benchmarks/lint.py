"""Lines checked and linted a second in a generated project: 100,000 lines in 500 files that import each other. Beside
it the peers that do the same job on programs of their own: miniwdl parses, type-checks and lints WDL; Starlark's linter
knows no types. All figures are of whole processes, start included."""

import os
import subprocess
import sys
import tempfile

from figures import ROOT, THALWEG, figure, in_turn, seconds

FILES = 500
LINES = 100_000
WDL_TASK = """task t{n} {{
  input {{
    String name
    Int count = {n}
  }}
  command <<<
    echo ~{{name}} ~{{count}}
  >>>
  output {{
    String out = read_string(stdout())
  }}
}}
"""
STARLARK_FUNCTION = """def price_{n}(order, rate):
    base = order["amount"] * {n}
    if base > 100:
        return base * rate
    total = 0
    for item in order["items"]:
        total += item * {n}
    return total

"""


def written(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
    return path, text.count("\n")


def peak_megabytes(command):
    """The largest resident size of one run."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_maxrss / 1024


with tempfile.TemporaryDirectory() as work:
    project = os.path.join(work, "project")
    generator = os.path.join(ROOT, "Benchmarks", "check", "generate.py")
    subprocess.run([sys.executable, generator, "--project", project, str(FILES), str(LINES)], check=True)
    lines = sum(open(os.path.join(project, name)).read().count("\n") for name in os.listdir(project))

    wdl, wdl_lines = written(
        work, "tasks.wdl", "version 1.0\n\n" + "\n".join(WDL_TASK.format(n=n) for n in range(250)))
    star, star_lines = written(
        work, "functions.star", "".join(STARLARK_FUNCTION.format(n=n) for n in range(10_000)))
    miniwdl = [os.path.join(os.path.dirname(sys.executable), "miniwdl"), "check", "--no-shellcheck", wdl]
    starlark = [
        sys.executable, "-c",
        f"import starlark; starlark.parse('functions.star', open({star!r}).read()).lint()"]

    lint = [THALWEG, "lint", project]
    ours, typed, untyped = in_turn(
        7, lambda: seconds(lint), lambda: seconds(miniwdl), lambda: seconds(starlark))
    figure("lint", "checked and linted", lines / ours, "lines/s", "miniwdl check", wdl_lines / typed,
           more_is_better=True)
    figure("lint", "checked and linted", lines / ours, "lines/s", "Starlark's linter, no types",
           star_lines / untyped, more_is_better=True)
    figure("lint", "peak memory", peak_megabytes(lint), "MB", "the limit", 500)
