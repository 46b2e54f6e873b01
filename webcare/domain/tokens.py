"""What a client's key looks like, and what it may be used for."""

import secrets
from hashlib import sha256

from django.db.models import TextChoices

PREFIX = "wc_"
LONGEST = 200  # characters; nothing longer is worth hashing


class Scope(TextChoices):
    """A token does what its scopes and its owner's roles both allow."""

    READ = "read"
    WRITE = "write"
    INTAKE = "intake"
    ADMIN = "admin"


def new_token() -> str:
    """Return a fresh key, 256 bits of chance; only its digest is ever kept."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(token: str) -> bytes:
    """Return what is kept of a token.

    A plain hash is enough: what is drawn by chance from 2**256 cannot be guessed.
    """
    return sha256(token.encode(errors="replace")).digest()
