"""What a second pair of eyes has seen: pinned, so that nothing else can be sent."""

import json
from collections.abc import Sequence
from hashlib import sha256

USUAL_HOURS = 24  # where a queue says nothing else


def digest_of(
    *, text: str, media: Sequence[str] = (), visibility: str, recipient: str
) -> bytes:
    """Return the SHA-256 of an answer as it would go out.

    `recipient` says where: the thread, and the message in it that is answered. The
    parts travel as a JSON list, so that no two different answers look alike.
    """
    parts = [text, list(media), visibility, recipient]
    return sha256(json.dumps(parts, ensure_ascii=False).encode()).digest()


def recipient(thread: int, in_reply_to: int | None) -> str:
    """Name where an answer goes."""
    return f"{thread}/{in_reply_to or ''}"
