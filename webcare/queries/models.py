"""The published classifier, read once per process and shared between processes."""

import os
import tempfile
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from webcare.domain.topics.model import TopicModel as Classifier
from webcare.models import TopicModel


def published() -> tuple[int, Classifier] | None:
    """Return the published model's version and the classifier; None before any.

    One small statement; the arrays come from PostgreSQL once per machine, and are
    mapped from disk by all its processes.
    """
    found = (
        TopicModel.objects.filter(state=TopicModel.State.PUBLISHED)
        .values_list("pk", "public_id")
        .first()
    )
    return (found[0], _load(*found)) if found else None


@lru_cache(maxsize=2)
def _load(version: int, name: UUID) -> Classifier:
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
