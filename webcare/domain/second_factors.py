"""The code that an app shows anew every half minute (RFC 6238), and codes on paper."""

import secrets
from base64 import b32decode, b32encode
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SECONDS = 30  # a step
DIGITS = 6
DRIFT = 1  # steps that a clock may be off, to either side
RECOVERY_CODES = 10
_SECRET_BYTES = 20  # as long as a digest of SHA-1: RFC 4226, section 4
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are taken for another
_GROUPS, _OF = 4, 4


def new_secret() -> str:
    """Return a fresh secret of 160 bits, in base 32 as apps read it."""
    return b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def step_of(code: str, secret: str, at: datetime) -> int | None:
    """Return the step, of those around the moment `at`, whose code this is.

    None where it is of none of them. Blanks in the code do not count.
    """
    given = "".join(code.split())
    now, totp = int(at.timestamp()) // SECONDS, _totp(secret)
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        shown = totp.generate(step * SECONDS)
        if compare_digest(shown, given.encode(errors="replace")):
            found = step
    return found


def address_of(secret: str, account: str, issuer: str) -> str:
    """Return the `otpauth://` address that an app takes over, scanned or clicked."""
    return _totp(secret).get_provisioning_uri(account, issuer)


def new_recovery_codes() -> list[str]:
    """Return ten codes of 79 bits, each to come in with once."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def digest_of(recovery_code: str) -> str:
    """Return what is kept of one, however it was typed.

    A plain hash is enough: nobody guesses what was drawn by chance from 2**79.
    """
    typed = "".join(one for one in recovery_code.casefold() if one.isalnum())
    return sha256(typed.encode()).hexdigest()


def _totp(secret: str) -> TOTP:
    return TOTP(b32decode(secret), DIGITS, SHA1(), SECONDS)  # noqa: S303


def _recovery_code() -> str:
    drawn = [secrets.choice(_LETTERS) for _ in range(_GROUPS * _OF)]
    return "-".join("".join(drawn[n : n + _OF]) for n in range(0, len(drawn), _OF))
