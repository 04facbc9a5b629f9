"""Lines checked a second on a generated program of 60,000 lines, beside a parser (no types) of the same trade: sprocket
reads WDL of about the same size. Both figures are of a whole process, start included."""

import os
import subprocess
import sys
import tempfile

from figures import ROOT, THALWEG, figure, in_turn, seconds

LINES = 60_000
WDL_TASK = """task t{n} {{
  input {{
    String name
    Int count = 3
  }}
  command <<<
    echo ~{{name}} ~{{count}}
  >>>
  output {{
    String out = read_string(stdout())
  }}
}}
"""

with tempfile.TemporaryDirectory() as work:
    program = os.path.join(work, "generated.thal")
    with open(program, "w") as file:
        generator = os.path.join(ROOT, "Benchmarks", "check", "generate.py")
        subprocess.run([sys.executable, generator, str(LINES)], stdout=file, check=True)
    with open(program) as file:
        lines = sum(1 for _ in file)

    document = os.path.join(work, "generated.wdl")
    with open(document, "w") as file:
        file.write("version 1.1\n\n")
        file.write("\n".join(WDL_TASK.format(n=n) for n in range(LINES // WDL_TASK.count("\n"))))
    with open(document) as file:
        wdl_lines = sum(1 for _ in file)
    parse = (
        "import sprocket_bio.ast as ast; "
        f"ast.Document.parse(open({document!r}).read(), None)"
    )

    ours, peer = in_turn(
        11, lambda: seconds([THALWEG, "check", program]), lambda: seconds([sys.executable, "-c", parse]))
    figure("check", "checked, all phases", lines / ours, "lines/s", "sprocket, parser only",
           wdl_lines / peer, more_is_better=True)
