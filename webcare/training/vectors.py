"""Vectors of examples on their way between the database and the child that learns."""

from base64 import b64decode, b64encode

from webcare.domain.topics.vectors import Floats, from_kept, kept


def packed(vector: Floats) -> str:
    """As a line of JSON carries it."""
    return b64encode(kept(vector)).decode()


def unpacked(text: str) -> Floats:
    return from_kept(b64decode(text))
