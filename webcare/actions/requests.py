"""The same request twice is done once: what was answered is answered again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from webcare.exceptions import Invalid, KeyReused, RequestInProgress
from webcare.models import IdempotentRequest, User

LONGEST_KEY = 200
KEPT_FOR = timedelta(days=2)


class Answer(NamedTuple):
    status: int
    body: Any  # as JSON


@transaction.atomic
def answer_once(
    *, user: User, key: str, fingerprint: bytes, do: Callable[[], Answer]
) -> Answer:
    """Do what is asked and keep the answer, or return the one that was kept.

    Effect and answer are committed together, so that nobody can die between them. A
    refusal, which `do` raises, is not kept: nothing happened, and asking again may go
    better. Raises RequestInProgress while another is at work under this key,
    KeyReused when it was used for something else (`fingerprint`: SHA-256 of the
    request).
    """
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise Invalid(
            idempotency_key=_("Send 1 to %(most)s characters.") % {"most": LONGEST_KEY}
        )
    _lock(user, key)
    known = IdempotentRequest.objects.filter(user=user, key=key).first()
    if known is None:
        return _first(user, key, fingerprint, do())
    if bytes(known.fingerprint) != fingerprint:
        raise KeyReused
    assert known.status is not None
    return Answer(known.status, known.body)


def forget_old() -> int:
    """Forget answers nobody will ask for any more; returns how many."""
    count, _ = IdempotentRequest.objects.filter(
        created_at__lt=Now() - KEPT_FOR
    ).delete()
    return count


def _lock(user: User, key: str) -> None:
    """Held until the transaction ends; whoever comes meanwhile is told to wait."""
    [[ours]] = fetch(
        "SELECT pg_try_advisory_xact_lock(4, hashtext(%s))", [f"{user.pk} {key}"]
    )
    if not ours:
        raise RequestInProgress


def _first(user: User, key: str, fingerprint: bytes, answer: Answer) -> Answer:
    IdempotentRequest.objects.create(
        user=user,
        key=key,
        fingerprint=fingerprint,
        status=answer.status,
        body=answer.body,
    )
    return answer
