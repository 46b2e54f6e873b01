from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _current_box() -> MultiFernet:
    return _box(tuple(settings.FIELD_KEYS))


class SealedField(models.TextField):  # type: ignore[type-arg]
    """A secret, encrypted with `FIELD_KEY` before it reaches the database.

    The first key of the list seals, all of them open, so that a key can be changed
    without a moment in which a secret cannot be read. An empty secret stays empty.
    """

    def get_prep_value(self, value: Any) -> Any:
        if not value:
            return ""
        return _current_box().encrypt(str(value).encode()).decode()

    def from_db_value(self, value: str | None, *_: Any) -> str:
        return _current_box().decrypt(value.encode()).decode() if value else ""
