"""Proof that a call comes from who holds the secret: Standard Webhooks 1.0, symmetric.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hmac
import re
import secrets as random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import product

from conversations.exceptions import SignatureRejected

PREFIX = "whsec_"
# Seconds a stamp may lie behind or ahead of our database's clock.
MAX_AGE = 300
MAX_AHEAD = 60
# While a secret is being replaced, the old one and the new one are both good.
MAX_SECRETS = 2

_KEY_BYTES = range(24, 65)
# A full stop would let the parts of the signed text be cut elsewhere.
_ID = re.compile(r"[!-\-/-~]{1,200}")
_STAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURES = re.compile(r"[ -~]{1,2000}")


def new_secret() -> str:
    """A fresh secret, 256 bits, in the form people copy: whsec_<base64>."""
    return PREFIX + base64.b64encode(random.token_bytes(32)).decode()


def sign(
    *, secrets: Sequence[str], event_id: str, now: datetime, body: bytes
) -> dict[str, str]:
    """The three headers of a call of ours, signed with every live secret.

    Raises ValueError when no secret is usable: nothing leaves us unsigned.
    """
    keys = _keys(secrets)
    if not keys:
        raise ValueError("A call cannot be signed without a usable secret.")
    stamp = str(int(now.timestamp()))
    content = f"{event_id}.{stamp}.".encode() + body
    return {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(_signature(key, content) for key in keys),
    }


def verify(
    *,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
) -> str:
    """The `webhook-id` of a call whose signature over the raw `body` holds.

    `headers` answers to lower-case names; at most two `secrets` are live; `now` is
    the database's time. Raises SignatureRejected, also when there is no secret: a
    channel without one is closed, not open.
    """
    keys = _keys(secrets)
    if not keys:
        raise SignatureRejected(
            "This channel has no signing secret yet. Make one first.", code="no_secret"
        )
    event_id = _header(headers, "webhook-id", _ID)
    stamp = _header(headers, "webhook-timestamp", _STAMP)
    _require_fresh(int(stamp), now)
    content = f"{event_id}.{stamp}.".encode() + body
    given = _header(headers, "webhook-signature", _SIGNATURES)
    _require_match(given, keys, content)
    return event_id


def _keys(secrets: Iterable[str]) -> list[bytes]:
    """The live keys; what is no key of the specified length opens nothing."""
    decoded = (_decoded(secret) for secret in secrets)
    return [key for key in decoded if len(key) in _KEY_BYTES][:MAX_SECRETS]


def _decoded(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _signature(key: bytes, content: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()


def _header(headers: Mapping[str, str], name: str, form: re.Pattern[str]) -> str:
    value = headers.get(name)
    if not value:
        raise SignatureRejected(
            f"The header {name} is missing. Send all three Standard Webhooks headers.",
            code="header_missing",
        )
    if not form.fullmatch(value):
        raise SignatureRejected(
            f"The header {name} does not follow Standard Webhooks.",
            code="header_malformed",
        )
    return value


def _require_fresh(stamp: int, now: datetime) -> None:
    age = now.timestamp() - stamp
    if age > MAX_AGE:
        raise SignatureRejected(
            f"The stamp is {age:.0f} seconds old; at most {MAX_AGE} are allowed."
            " Sign again on every try.",
            code="stamp_too_old",
        )
    if age < -MAX_AHEAD:
        raise SignatureRejected(
            f"The stamp is {-age:.0f} seconds ahead of our clock; at most {MAX_AHEAD}"
            " are allowed. Set the sender's clock.",
            code="stamp_too_new",
        )


def _require_match(given: str, keys: list[bytes], content: bytes) -> None:
    """One of the signatures must be ours, compared in constant time."""
    expected = [_signature(key, content) for key in keys]
    pairs = product(expected, given.split(" ")[:10])
    if not any(hmac.compare_digest(ours, theirs) for ours, theirs in pairs):
        raise SignatureRejected(
            "No signature matches. Sign the raw body with this channel's secret.",
            code="signature_mismatch",
        )
