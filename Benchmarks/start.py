"""How long `thalweg check` takes on a small file, from start to end, beside the smallest process there is."""

import os

from figures import ROOT, THALWEG, figure, in_turn, seconds

SMALL = os.path.join(ROOT, "Examples", "quickstart", "revenue.thal")

check, nothing = in_turn(41, lambda: seconds([THALWEG, "check", SMALL]), lambda: seconds(["true"]))
figure("start", "check of a ten-line file", check * 1000, "ms", "target of 15 ms", 15.0)
figure("start", "a process that does nothing", nothing * 1000, "ms")
