"""`python -m webcare.training MODEL PRECISION`: the child that trains and ends.

Reads examples from standard input, one JSON object with `text` and `topic` a line,
writes the model to the file MODEL and its metrics to standard output as JSON.
"""

import json
import os
import sys
from pathlib import Path

from webcare.training.train import train_model

# Messages come first: training takes what the workers leave.
NICENESS = 10


def main(path: str, wanted_precision: str) -> None:
    os.nice(NICENESS)
    rows = [json.loads(line) for line in sys.stdin.buffer]
    model, metrics = train_model(
        [(row["text"], row["topic"]) for row in rows],
        wanted_precision=float(wanted_precision),
    )
    content = model.to_bytes()
    Path(path).write_bytes(content)
    json.dump(metrics | {"bytes": len(content)}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
