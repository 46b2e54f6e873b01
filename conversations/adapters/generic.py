"""The generic channel: our own format, for whoever can send JSON over HTTP.

In: one message or a list of them, by signed webhook or through the API. Out: a
signed call to the channel's callback, after one for each file beside the text.
"""

from datetime import UTC, datetime
from hashlib import sha256

from conversations.adapters import parts
from conversations.adapters.base import (
    Attachment,
    Incoming,
    Item,
    Reading,
    Rejected,
)
from conversations.adapters.callbacks import act, check, hand_over, look_up, send
from conversations.adapters.fields import Fields, a_day_after
from conversations.adapters.signatures import verify

__all__ = [
    "act",
    "check",
    "hand_over",
    "look_up",
    "read",
    "send",
    "text_limit",
    "verify",
]

MAX_ITEMS = 1_000
MAX_TEXT = 50_000
MAX_NAME = 200
MAX_KEY = 200
MAX_LANGUAGE = 12
MAX_ATTACHMENTS = 50
MAX_FILE_NAME = 255
MAX_FILE_TYPE = 100

text_limit = 10_000


def read(body: bytes, *, now: datetime) -> Reading:
    """The messages in `body`, one by one: a bad one never costs a good one.

    Fields we do not know are ignored; they stay in the item's raw bytes. Times more
    than a day after `now` are refused. Raises Unreadable when the body as a whole is
    not UTF-8 JSON or holds more than MAX_ITEMS messages.
    """
    latest = a_day_after(now)
    reading = Reading([], [])
    for index, part in enumerate(parts.split(body, limit=MAX_ITEMS)):
        errors: dict[str, list[str]] = {}
        incoming = _incoming(part, latest, errors)
        if incoming is None or errors:
            reading.rejected.append(Rejected(index, errors, part.raw))
        else:
            reading.items.append(Item(_key(incoming), part.raw, incoming))
    return reading


def _incoming(
    part: parts.Part, latest: datetime, errors: dict[str, list[str]]
) -> Incoming | None:
    if not isinstance(part.value, dict):
        errors["item"] = [part.problem or "Send an object for each message."]
        return None
    fields = Fields(part.value, errors)
    if fields.flag("deleted"):
        return _deletion(fields)
    return _message(fields, latest)


def _deletion(fields: Fields) -> Incoming:
    """Only ids are read: what is to be forgotten is not taken in again."""
    author = fields.within("author")
    return Incoming(
        external_id=fields.identifier("external_id", required=True),
        author_external_id=author.identifier("external_id") if author else "",
        thread=fields.identifier("thread") or None,
        posted_at=None,
        deleted=True,
    )


def _message(fields: Fields, latest: datetime) -> Incoming:
    author = fields.within("author", required=True) or Fields({}, {})
    attachments = _attachments(fields)
    return Incoming(
        external_id=fields.identifier("external_id", required=True),
        text=fields.text("text", limit=MAX_TEXT, required=not attachments),
        posted_at=fields.time("posted_at", latest=latest, required=True),
        edited_at=fields.time("edited_at", latest=latest),
        author_external_id=author.identifier("external_id", required=True),
        author_handle=author.line("handle", limit=MAX_NAME),
        author_name=author.line("name", limit=MAX_NAME),
        thread=fields.identifier("thread") or None,
        in_reply_to=fields.identifier("in_reply_to") or None,
        visibility=fields.visibility("visibility"),
        url=fields.address("url"),
        language=fields.language("language", limit=MAX_LANGUAGE),
        addressed=fields.flag("addressed", default=True),
        outbound=fields.flag("outbound"),
        history=fields.flag("history"),
        attachments=attachments,
    )


def _attachments(fields: Fields) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            url=one.address("url", required=True),
            name=one.line("name", limit=MAX_FILE_NAME),
            type=one.line("type", limit=MAX_FILE_TYPE),
        )
        for one in fields.each("attachments", limit=MAX_ATTACHMENTS)
    )


def _key(incoming: Incoming) -> str:
    """What makes a repeat a repeat: the message, and for an edit its time too."""
    if incoming.deleted:
        kind, fact = "d", incoming.external_id
    elif incoming.edited_at is not None:
        edited_at = incoming.edited_at.astimezone(UTC).isoformat()
        kind, fact = "e", f"{incoming.external_id}:{edited_at}"
    else:
        kind, fact = "c", incoming.external_id
    key = f"{kind}:{fact}"
    if len(key) <= MAX_KEY:
        return key
    # The other mark keeps a digest from ever equalling an id that was sent.
    return f"{kind}#{sha256(fact.encode()).hexdigest()}"
