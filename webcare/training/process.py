"""Training in a child process that ends, so that its memory ends with it."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from webcare.domain.topics.text import fold

# Nine of ten answers right. Sending a ticket to the wrong queue costs an agent a look
# and the customer a wait, asking a person costs the look alone, so a mistake is dear;
# but each further point of precision is paid with many more tickets for people.
WANTED_PRECISION = 0.9
# Ten thousand examples take well under a minute; a child this late is stuck.
PATIENCE = 900.0

# Begins a line of the child's that says how many per cent are done.
PROGRESS = "progress "
_HOME = Path(__file__).resolve().parents[2]
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)


class NothingToLearn(ValueError):
    """A model tells topics apart: it needs examples of two at least."""


class TrainingFailed(RuntimeError):
    """The child ended without a model; the text is the end of what it said."""


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """`content` is for `TopicModel.load`; `metrics` is ready for JSON.

    `vectors` are those that were made for texts which had none, by text.
    """

    content: bytes
    metrics: dict[str, Any]
    vectors: Mapping[str, bytes] = field(default_factory=dict)


def train(
    examples: Iterable[tuple[str, int]],
    *,
    wanted_precision: float = WANTED_PRECISION,
    patience: float = PATIENCE,
    encoder: bool = False,
    vectors: Mapping[str, bytes] | None = None,
    names: Mapping[int, Sequence[str]] = MappingProxyType({}),
    before: bytes = b"",
    unseen: Container[str] = (),
    gone: Mapping[int, int | None] = MappingProxyType({}),
    told: Callable[[int], None] = lambda percent: None,
) -> TrainedModel:
    """Train on (text, topic id) pairs and return when the child has ended.

    The same examples give the same bytes, whatever their order. The threshold is set
    so that `wanted_precision` (a share) of the sure answers are right; where examples
    are too few to show that, the model is never sure. Texts without any sign to learn
    from are passed over. `patience` is in seconds. With `encoder` what texts mean is
    learned too, if the package is there; `vectors` are known ones, by text, and `names`
    what topics are called, from which it learns while examples are few. `before`
    is the model that decides now: how both do on the texts that are `unseen` by it is
    in the metrics, where topics that are `gone` count as what took them over. `told`
    hears how many per cent are done, now and then.
    Raises NothingToLearn and TrainingFailed.
    """
    given = [(text, topic) for text, topic in examples if fold(text).strip()]
    if len({topic for _, topic in given}) < 2:
        raise NothingToLearn("Give examples of two topics at least.")
    known = vectors or {}
    lines = [
        json.dumps(
            {
                "text": text,
                "topic": topic,
                "vector": _packed(known.get(text)),
                "is_new": text in unseen,
            }
        )
        for text, topic in given
    ]
    with tempfile.TemporaryDirectory(prefix="webcare-training-") as folder:
        path = Path(folder) / "model"
        if before:
            Path(f"{path}.before").write_bytes(before)
            Path(f"{path}.gone").write_text(json.dumps(list(gone.items())))
        arguments = [str(path), str(wanted_precision)]
        arguments.append("with" if encoder else "without")
        Path(f"{path}.examples").write_text("\n".join(lines))
        if names:
            Path(f"{path}.names").write_text(json.dumps(list(names.items())))
        metrics = _run(path, arguments, patience, told)
        made = json.loads(Path(f"{path}.vectors").read_text())
        return TrainedModel(
            content=path.read_bytes(),
            metrics=metrics,
            vectors={text: b64decode(packed) for text, packed in made.items()},
        )


def _packed(vector: bytes | None) -> str | None:
    return None if vector is None else b64encode(vector).decode()


def _run(
    path: Path, arguments: list[str], patience: float, told: Callable[[int], None]
) -> dict[str, Any]:
    with (
        Path(f"{path}.examples").open("rb") as examples,
        Path(f"{path}.metrics").open("wb") as metrics,
        subprocess.Popen(
            [sys.executable, "-m", "webcare.training", *arguments],
            stdin=examples,
            stdout=metrics,
            stderr=subprocess.PIPE,
            cwd=_HOME,
            env=os.environ | _ONE_THREAD,
        ) as child,
    ):
        late = threading.Timer(patience, child.kill)
        late.start()
        try:
            said = _listened(child, told)
        finally:
            is_late = not late.is_alive()
            late.cancel()
            child.kill()  # does nothing to one that has ended
        status = child.wait()
    if status and is_late:
        raise TrainingFailed(f"Not done after {patience:.0f} seconds.")
    if status:
        raise TrainingFailed(said[-2_000:])
    found: dict[str, Any] = json.loads(Path(f"{path}.metrics").read_bytes())
    return found


def _listened(child: "subprocess.Popen[bytes]", told: Callable[[int], None]) -> str:
    """Hear the child out; returns what it said that was no progress."""
    said = []
    assert child.stderr is not None
    for line in child.stderr:
        text = line.decode(errors="replace")
        if text.startswith(PROGRESS):
            told(int(text.removeprefix(PROGRESS)))
        else:
            said.append(text)
    child.wait()
    return "".join(said)
