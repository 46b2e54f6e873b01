"""Links that open one thing for somebody without an account."""

import secrets
from hashlib import sha256

LONGEST = 100  # characters; nothing longer is worth hashing


def new_key() -> str:
    """Return what a link holds: 256 bits of chance. Only its digest is kept."""
    return secrets.token_urlsafe(32)


def digest_of(key: str) -> bytes:
    """Return the SHA-256 by which a link is found again."""
    return sha256(key[:LONGEST].encode(errors="replace")).digest()
