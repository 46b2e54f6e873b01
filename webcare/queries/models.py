"""The published classifier, read once per process and shared between processes.

What a model takes to run is loaded with the first one: most web processes never ask.
"""

from __future__ import annotations

import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from webcare.models import TopicModel

if TYPE_CHECKING:
    from webcare.domain.topics.model import TopicModel as Classifier


def warm() -> None:
    """Load what a model takes to run, before many processes would each do so."""
    from webcare.queries import deciding  # noqa: F401, PLC0415


def encoder_name() -> str:
    """Return the name of the encoder that is used here, "" when words are all."""
    if not settings.SENTENCE_ENCODER:
        return ""
    from webcare.domain.topics.encoder import packaged_name  # noqa: PLC0415

    return packaged_name()


def wanted_precision() -> float:
    """Return which share of the sure answers should be right."""
    wanted: float = settings.TOPIC_PRECISION
    return wanted


@lru_cache(maxsize=2)
def load(version: int, name: UUID) -> Classifier:
    """Return a trained classifier.

    Its arrays come from PostgreSQL once per machine, and are mapped from disk by all
    its processes.
    """
    from webcare.domain.topics.model import TopicModel as Classifier  # noqa: PLC0415

    path = settings.MODEL_CACHE / f"{name}.model"
    if not path.exists():
        _fetch(version, path)
    return Classifier.load(path)


def _fetch(version: int, path: Path) -> None:
    """Write beside, then rename: nobody ever maps half a file."""
    arrays = TopicModel.objects.values_list("arrays", flat=True).get(pk=version)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(arrays)
    os.replace(file.name, path)
