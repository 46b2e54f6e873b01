"""`python -m webcare.training MODEL PRECISION ENCODER`: the child that trains and ends.

Reads examples from standard input, one JSON object with `text`, `topic`, `is_new` and
perhaps `vector` a line, writes the model to the file MODEL, the vectors it made to the
file beside it, and its metrics to standard output as JSON. ENCODER is `with` or
`without`. A model in the file MODEL.before is the one that decides now. How many per
cent are done is said on standard error. MODEL.gone has the topics that are out of use,
and what took each over; MODEL.names, where there is one, what topics are called.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from webcare.domain.topics.encoder import Encoder, packaged_encoder
from webcare.domain.topics.model import TopicModel
from webcare.domain.topics.modelfile import UnreadableModel
from webcare.training.before import Before
from webcare.training.process import PROGRESS
from webcare.training.train import train_model
from webcare.training.vectors import Vectors, packed, unpacked

# Messages come first: training takes what the workers leave.
NICENESS = 10


def main(path: str, wanted_precision: str, encoder: str) -> None:
    os.nice(NICENESS)
    rows = [json.loads(line) for line in sys.stdin.buffer]
    used = packaged_encoder() if encoder == "with" else None
    vectors = Vectors(
        used,
        {row["text"]: unpacked(row["vector"]) for row in rows if row.get("vector")},
    )
    model, metrics = train_model(
        [(row["text"], row["topic"]) for row in rows],
        wanted_precision=float(wanted_precision),
        vectors=vectors,
        names=_names(f"{path}.names"),
        before=_before(f"{path}.before", rows, used),
        told=_tell,
    )
    content = model.to_bytes()
    Path(path).write_bytes(content)
    made = {text: packed(vector) for text, vector in vectors.made.items()}
    Path(f"{path}.vectors").write_text(json.dumps(made))
    json.dump(metrics | {"bytes": len(content)}, sys.stdout)


def _tell(percent: int) -> None:
    sys.stderr.write(f"{PROGRESS}{percent}\n")
    sys.stderr.flush()


def _names(path: str) -> dict[int, list[str]]:
    try:
        return dict(json.loads(Path(path).read_text()))
    except FileNotFoundError:
        return {}


def _before(
    path: str, rows: list[dict[str, Any]], encoder: Encoder | None
) -> Before | None:
    """The model that decides now; None where there is none that can be read."""
    try:
        model = TopicModel.load(path)
    except (FileNotFoundError, UnreadableModel):
        return None
    unseen = frozenset(row["text"] for row in rows if row.get("is_new"))
    gone = json.loads(Path(path).with_suffix(".gone").read_text())
    return Before(model, unseen, encoder, dict(gone))


if __name__ == "__main__":
    main(*sys.argv[1:])
