"""Signed calls to a channel's callback: post a text, or ask what became of one."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from conversations.adapters.base import (
    Checked,
    CheckResult,
    Outgoing,
    OutgoingFile,
)
from conversations.adapters.fields import Fields
from conversations.adapters.outgoing import Answer, fetch
from conversations.adapters.signatures import new_secret, sign
from conversations.adapters.text import clean
from conversations.exceptions import (
    ChannelUnusable,
    DeliveryDeferred,
    DeliveryRefused,
    DeliveryUncertain,
)

LATER = frozenset({408, 425, 429})
# Our secret is not known there any more, or the whole address is gone.
DEAD = frozenset({401, 410})
# Whoever signed it is not known there.
STRANGERS = frozenset({401, 403})

_SECONDS = re.compile(r"[0-9]{1,7}")


def send(
    outgoing: Outgoing,
    *,
    callback_url: str,
    secrets: Sequence[str],
    now: datetime,
    allowed_hosts: Iterable[str] = (),
) -> str:
    """Post `outgoing` once; returns the platform's id of the post.

    The `webhook-id` is the delivery's, the same on every try, so that a receiver can
    tell a repeat. Raises DeliveryDeferred (nothing was posted, a later try is safe),
    DeliveryRefused (never), DeliveryUncertain (nobody knows: look it up) or
    ChannelUnusable (nothing was posted, a person has to repair the channel).
    """
    body = json.dumps(_post(outgoing), ensure_ascii=False).encode()
    headers = _headers(secrets, outgoing.delivery_id, now, body)
    answer = fetch(
        "POST", callback_url, headers=headers, body=body, allowed_hosts=allowed_hosts
    )
    _require_accepted(answer, now)
    return _external_id(answer)


def hand_over(
    file: OutgoingFile,
    content: bytes,
    *,
    delivery_id: str,
    callback_url: str,
    secrets: Sequence[str],
    now: datetime,
    allowed_hosts: Iterable[str] = (),
) -> None:
    """Put one file beneath the address of its delivery, before the text is posted.

    The same bytes go to the same address on every try, and nothing is posted by it: no
    answer is no doubt, ask again. Raises DeliveryDeferred (also when nobody answered),
    DeliveryRefused (never) or ChannelUnusable.
    """
    headers = _headers(secrets, file.id, now, content) | {"Content-Type": file.type}
    url = _beneath(_beneath(callback_url, delivery_id), file.id)
    try:
        answer = fetch(
            "PUT", url, headers=headers, body=content, allowed_hosts=allowed_hosts
        )
        _require_accepted(answer, now)
    except DeliveryUncertain as error:
        raise DeliveryDeferred(str(error), retry_after=error.retry_after) from error


def look_up(
    delivery_id: str,
    *,
    callback_url: str,
    secrets: Sequence[str],
    now: datetime,
    allowed_hosts: Iterable[str] = (),
) -> str | None:
    """The platform's id of an earlier post; None when the platform says it is not
    there (404). Asking changes nothing, so every other answer, and none at all, is
    the same DeliveryUncertain."""
    url = _beneath(callback_url, delivery_id)
    headers = _headers(secrets, delivery_id, now, b"")
    try:
        answer = fetch("GET", url, headers=headers, allowed_hosts=allowed_hosts)
    except (DeliveryDeferred, ChannelUnusable) as error:
        raise DeliveryUncertain(str(error)) from error
    if answer.status == 404:
        return None
    if 200 <= answer.status < 300:
        return _external_id(answer)
    raise DeliveryUncertain(_said(answer), retry_after=retry_after(answer, now))


def check(
    *,
    callback_url: str,
    secrets: Sequence[str],
    now: datetime,
    allowed_hosts: Iterable[str] = (),
) -> Checked:
    """Ask after a post that never was, signed by us and then by a stranger.

    The first is answered 404, with our `account` there if it tells; the second has to
    be refused, or the 404 says no more than that there is nothing at the address.
    """
    if not callback_url:
        return Checked(CheckResult.NO_ADDRESS)
    try:
        ours = _asked_after(callback_url, secrets, now, allowed_hosts)
        if ours.status in STRANGERS:
            return Checked(CheckResult.REFUSED, _said(ours))
        if ours.status != 404:
            return Checked(CheckResult.ODD, _said(ours))
        theirs = _asked_after(callback_url, [new_secret()], now, allowed_hosts)
    except ChannelUnusable as error:
        return Checked(CheckResult.UNUSABLE, str(error))
    except (DeliveryDeferred, DeliveryUncertain) as error:
        return Checked(CheckResult.UNREACHED, str(error))
    if theirs.status not in STRANGERS:
        return Checked(CheckResult.OPEN, _said(theirs))
    return Checked(CheckResult.WORKS, account=_account(ours))


def _asked_after(
    url: str, secrets: Sequence[str], now: datetime, allowed_hosts: Iterable[str]
) -> Answer:
    name = f"check-{uuid4()}"
    headers = _headers(secrets, name, now, b"")
    return fetch(
        "GET", _beneath(url, name), headers=headers, allowed_hosts=allowed_hosts
    )


def _account(answer: Answer) -> str:
    given = _json(answer).get("account")
    return _line(given) if isinstance(given, str) else ""


def act(
    act: str,
    *,
    act_id: str,
    message: str,
    callback_url: str,
    secrets: Sequence[str],
    now: datetime,
    allowed_hosts: Iterable[str] = (),
) -> None:
    """Ask the platform to hide, unhide, like, unlike or retract one message.

    `message` is the platform's id of it. Asking twice under one `act_id` does it once,
    so that no answer is no doubt: ask again. Raises DeliveryDeferred (also when nobody
    answered), DeliveryRefused (never) or ChannelUnusable.
    """
    body = json.dumps({"act_id": act_id, "act": act, "message": message}).encode()
    headers = _headers(secrets, act_id, now, body)
    try:
        answer = fetch(
            "POST",
            callback_url,
            headers=headers,
            body=body,
            allowed_hosts=allowed_hosts,
        )
        _require_accepted(answer, now)
    except DeliveryUncertain as error:
        raise DeliveryDeferred(str(error), retry_after=error.retry_after) from error


def retry_after(answer: Answer, now: datetime) -> float | None:
    """Seconds the platform asked us to stay away (RFC 9110, 10.2.3), or None.

    A date is measured against the platform's own clock when it tells that too.
    """
    given = answer.headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(given):
        return float(given)
    until = _date(given)
    if until is None:
        return None
    here = _date(answer.headers.get("Date", "")) or now
    return max(0.0, (until - here).total_seconds())


def _post(outgoing: Outgoing) -> dict[str, Any]:
    """The body of a post; `attachments` are in it where there are any."""
    body: dict[str, Any] = {
        "delivery_id": outgoing.delivery_id,
        "thread": outgoing.thread,
        "in_reply_to": outgoing.in_reply_to,
        "text": outgoing.text,
        "visibility": outgoing.visibility,
    }
    if outgoing.files:
        body["attachments"] = [asdict(file) for file in outgoing.files]
    return body


def _headers(
    secrets: Sequence[str], delivery_id: str, now: datetime, body: bytes
) -> dict[str, str]:
    try:
        signed = sign(secrets=secrets, event_id=delivery_id, now=now, body=body)
    except ValueError as error:
        raise ChannelUnusable(
            "The channel has no signing secret; nothing is sent unsigned."
        ) from error
    return {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "Webcare",
        **signed,
    }


def _require_accepted(answer: Answer, now: datetime) -> None:
    status = answer.status
    if 200 <= status < 300:
        return
    said, wait = _said(answer), retry_after(answer, now)
    if status in LATER:
        raise DeliveryDeferred(said, retry_after=wait)
    if status in DEAD:
        raise ChannelUnusable(said)
    if 300 <= status < 500:
        raise DeliveryRefused(said)
    raise DeliveryUncertain(said, retry_after=wait)


def _external_id(answer: Answer) -> str:
    """The post is out, so an id given as a whole number is taken as well."""
    given = _json(answer)
    if type(given.get("external_id")) is int:
        given["external_id"] = str(given["external_id"])
    errors: dict[str, list[str]] = {}
    external_id = Fields(given, errors).identifier("external_id", required=True)
    if errors:
        raise DeliveryUncertain(
            f"The platform answered {answer.status} without a readable external_id."
        )
    return external_id


def _json(answer: Answer) -> dict[str, Any]:
    """The object in the answer; empty when there is none to read."""
    try:
        given = json.loads(answer.body) if answer.complete else {}
    except (ValueError, RecursionError):
        given = {}
    return given if isinstance(given, dict) else {}


def _said(answer: Answer) -> str:
    """The status, and the platform's own words where it gives any."""
    given = _json(answer)
    words = next(
        (
            given[name]
            for name in ("detail", "message", "error", "title")
            if isinstance(given.get(name), str)
        ),
        "",
    )
    reason = _line(words)
    return f"The platform answered {answer.status}" + (f": {reason}" if reason else ".")


def _line(words: str) -> str:
    return " ".join(clean(words[:1_000]).split())[:200]


def _date(given: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(given)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else None


def _beneath(url: str, delivery_id: str) -> str:
    parts = urlsplit(url)
    path = f"{parts.path.rstrip('/')}/{quote(delivery_id, safe='')}"
    return parts._replace(path=path, fragment="").geturl()
