"""`convlens train --minutes M`, the argument being M; it reads the test set once, at its end."""

import json
import sys
from pathlib import Path

import track

from convlens.__main__ import main

length = ["--steps", "2"] if track.TRIAL else ["--minutes", sys.argv[1]]
sys.argv = ["convlens", "train", *length, "--seed", str(track.SEED), "--out", "run"]
try:
    main()
except SystemExit as end:
    if end.code:
        raise
scores = json.loads(Path("run/metrics.json").read_text(encoding="utf-8"))
track.report(lambda: scores["test"]["accuracy"])
