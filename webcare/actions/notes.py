"""Notes between colleagues, and whom they call.

A note is never changed and never taken away by its writer: what somebody read stays
what they read, and a correction is another note.
"""

from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions.log import Line, record_many
from webcare.actions.notifications import mention
from webcare.actions.tickets import touch
from webcare.domain.mentions import Known, called_in, who_is_meant
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid
from webcare.models import Note, NoteDraft, Ticket, TicketEvent, User
from webcare.queries.people import require
from webcare.queries.sight import seeing

Kind = TicketEvent.Kind
MOST_MENTIONS = 50


class Written(NamedTuple):
    """A note, and the names in it that call nobody who may see its ticket."""

    note: Note
    not_mentioned: list[str]


@transaction.atomic
def add_note(*, ticket: Ticket, user: User, text: str) -> Written:
    """Tell colleagues something; it never leaves the desk.

    Everybody called in it (`@name`, `@initials`) who may see the ticket is told, and
    follows it from now on. A name that is unknown, and one of somebody who may not
    see the ticket, look the same: `not_mentioned`. What they had begun is used up.
    Raises NotAllowed, and Invalid when more than fifty are called.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    NoteDraft.objects.filter(ticket=ticket, user=user).delete()
    return write_note(ticket, author=user, text=text)


def write_note(
    ticket: Ticket, *, author: User | None, text: str, cause: str = "person"
) -> Written:
    """Write a note of a person, or of a rule; who may write it was asked before."""
    names = called_in(text)
    if len(names) > MOST_MENTIONS:
        raise Invalid(text=_("Mention at most 50 people in one note."))
    meant = who_is_meant(names, _known(ticket, names))
    note = Note.objects.create(ticket=ticket, author=author, text=text)
    people = sorted(set(meant.values()))
    new = mention(ticket, note.pk, author, people)
    touch(ticket)
    _log(ticket, note, author, new, cause)
    return Written(note, [name for name in names if name not in meant])


def _known(ticket: Ticket, names: list[str]) -> list[Known]:
    if not names:
        return []
    rows = fetch(
        f"""SELECT called.name, u.id, lower(u.username) = called.name
              FROM unnest(%(names)s::text[]) AS called(name)
              JOIN webcare_user u
                ON called.name IN (lower(u.username), lower(u.initials))
              JOIN webcare_ticket k ON k.id = %(ticket)s
             WHERE {seeing("u", "k")}""",
        {"names": names, "ticket": ticket.pk},
    )
    return [Known(*row) for row in rows]


def _log(
    ticket: Ticket, note: Note, author: User | None, new: list[int], cause: str
) -> None:
    actor, at = author.pk if author else None, database_now()
    lines = [Line(ticket.pk, Kind.NOTE_ADDED, at, {"note": str(note.public_id)}, actor)]
    names = User.objects.filter(pk__in=new).values_list("public_id", flat=True)
    for follower in names if new else ():
        facts = {"follower": str(follower), "note": str(note.public_id)}
        lines.append(Line(ticket.pk, Kind.FOLLOWED, at, facts, actor))
    record_many(lines, cause=cause)
