"""What was sent to us of an author, byte for byte: found and forgotten."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from conversations.actions import erasing
from conversations.actions.messages import Key
from conversations.adapters.base import Incoming
from conversations.adapters.registry import ADAPTERS
from conversations.exceptions import Unreadable
from conversations.models.bulk import fetch

MOST = 1_000
BYTES = 20_000_000


class _Event(NamedTuple):
    id: int
    kind: str
    body: bytes
    received_at: datetime
    is_waiting: bool  # nobody has read it yet: what it brings is a stranger's


class _Said(NamedTuple):
    """The messages in an event, and whether that is all there is in it."""

    items: list[Incoming]
    is_all: bool


def forget_events_of(
    channel: int, author: str, names: Callable[[str], bool], after: int
) -> tuple[int, int | None]:
    """Forget what of the next events was by `author`, has a message that was erased in
    it, or cannot be read and `names` them.

    Returns how many, and the last one that was looked at; None at the end.
    """
    given = {"channel": channel, "after": after, "most": MOST}
    found = [_Event(*row) for row in fetch(_NEXT, given)]
    said = {one: _said(one) for one in found if not one.is_waiting}
    keys = {one: _keys(channel, told.items) for one, told in said.items()}
    erased = erasing.gone_among(set().union(*keys.values())).erased
    theirs = [
        one.id
        for one, told in said.items()
        if keys[one] & erased
        or any(item.author_external_id == author for item in told.items)
        or not told.is_all
        and names(bytes(one.body).decode(errors="replace"))
    ]
    return erasing.forget_events(theirs), found[-1].id if found else None


def _said(event: _Event) -> _Said:
    body, kind = bytes(event.body), ADAPTERS[event.kind]
    try:
        items, rejected = kind.read(body, now=event.received_at)
    except Unreadable:
        return _Said([], is_all=False)
    return _Said([item.incoming for item in items], is_all=not rejected)


def _keys(channel: int, items: list[Incoming]) -> set[Key]:
    named = [one.external_id for one in items] + [one.in_reply_to for one in items]
    return {(channel, name) for name in named if name}


_NEXT = f"""
    SELECT id, kind, body, received_at, is_waiting
      FROM (SELECT e.id, c.kind, e.body, e.received_at,
                   EXISTS (SELECT FROM conversations_work w
                            WHERE w.stage = 'read' AND w.subject_id = e.id
                              AND w.set_aside_at IS NULL) AS is_waiting,
                   sum(octet_length(e.body)) OVER (ORDER BY e.id) AS so_far
              FROM conversations_inboundevent e
              JOIN conversations_channel c ON c.id = e.channel_id
             WHERE e.channel_id = %(channel)s AND e.id > %(after)s AND e.body <> ''
             ORDER BY e.id LIMIT %(most)s) AS next
     WHERE so_far <= {BYTES} OR so_far = octet_length(body)
     ORDER BY id"""
