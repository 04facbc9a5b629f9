"""Prints the innermost scope of a TextMate grammar at each place of a file.

textmate.py GRAMMAR FILE < PLACES: a place is a line and a column from 1, in characters; a line each.
"""

import os
import sys
import tempfile

from babi.highlight import Grammars, State, highlight_line

# The engine finds grammars by file names.
folder = tempfile.TemporaryDirectory()
os.symlink(os.path.abspath(sys.argv[1]), os.path.join(folder.name, "source.thalweg.json"))
grammars = Grammars(folder.name)
with open(sys.argv[2], encoding="utf-8", newline="\n") as file:
    text = file.read()
compiler = grammars.compiler_for_scope("source.thalweg")
state = compiler.root_state
lines = []
for number, line in enumerate(text.split("\n")):
    state, regions = highlight_line(compiler, state, line + "\n", first_line=number == 0)
    lines.append(regions)
for place in sys.stdin:
    line, column = (int(part) - 1 for part in place.split())
    print(next((r.scope[-1] for r in lines[line] if r.start <= column < r.end), "none"))
