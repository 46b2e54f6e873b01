"""Training in a child process that ends, so that its memory ends with it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webcare.domain.topics.text import fold

# Nine of ten answers right. Sending a ticket to the wrong queue costs an agent a look
# and the customer a wait, asking a person costs the look alone, so a mistake is dear;
# but each further point of precision is paid with many more tickets for people.
WANTED_PRECISION = 0.9
# Ten thousand examples take well under a minute; a child this late is stuck.
PATIENCE = 900.0

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
    """`content` is for `TopicModel.load`; `metrics` is ready for JSON."""

    content: bytes
    metrics: dict[str, Any]


def train(
    examples: Iterable[tuple[str, int]],
    *,
    wanted_precision: float = WANTED_PRECISION,
    patience: float = PATIENCE,
) -> TrainedModel:
    """Train on (text, topic id) pairs and return when the child has ended.

    The same examples give the same bytes, whatever their order. The threshold is set
    so that `wanted_precision` (a share) of the sure answers are right; where examples
    are too few to show that, the model is never sure. Texts without any sign to learn
    from are passed over. `patience` is in seconds.
    Raises NothingToLearn and TrainingFailed.
    """
    given = [(text, topic) for text, topic in examples if fold(text).strip()]
    if len({topic for _, topic in given}) < 2:
        raise NothingToLearn("Give examples of two topics at least.")
    lines = [json.dumps({"text": text, "topic": topic}) for text, topic in given]
    with tempfile.TemporaryDirectory(prefix="webcare-training-") as folder:
        path = Path(folder) / "model"
        metrics = _run("\n".join(lines), path, wanted_precision, patience)
        return TrainedModel(content=path.read_bytes(), metrics=metrics)


def _run(
    lines: str, path: Path, wanted_precision: float, patience: float
) -> dict[str, Any]:
    arguments = [str(path), str(wanted_precision)]
    try:
        child = subprocess.run(
            [sys.executable, "-m", "webcare.training", *arguments],
            input=lines.encode(),
            capture_output=True,
            cwd=_HOME,
            env=os.environ | _ONE_THREAD,
            timeout=patience,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise TrainingFailed(f"Not done after {patience:.0f} seconds.") from error
    except subprocess.CalledProcessError as error:
        raise TrainingFailed(error.stderr.decode(errors="replace")[-2_000:]) from error
    metrics: dict[str, Any] = json.loads(child.stdout)
    return metrics
