"""Who wants us gone is written down: they are not asked what they thought of it."""

from collections.abc import Iterable

from conversations.models.bulk import insert
from webcare.actions.engagement import Message
from webcare.domain.annoyance import EDITION, read_annoyance
from webcare.models import Annoyance


def note(messages: Iterable[Message]) -> None:
    """Write down in which of these messages their author wants us gone.

    Nothing else comes of it: a person reads the message as any other. No statement
    where none does.
    """
    read = ((one, read_annoyance(one.text)) for one in messages)
    rows = [
        {
            "message": one.id,
            "author": one.author,
            "why": found.why,
            "edition": EDITION,
        }
        for one, found in read
        if found.is_annoyed
    ]
    insert(Annoyance, rows, conflict="ON CONFLICT DO NOTHING")
