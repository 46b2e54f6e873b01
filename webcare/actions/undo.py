"""One's own last change of a ticket, taken back as if it had not been."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from webcare.actions import also_topics
from webcare.actions.bulk_rows import By, Change, Row, lock
from webcare.actions.putting_back import put_back
from webcare.actions.tags import put_tags
from webcare.domain.lifecycle import UNDO_SECONDS, not_live
from webcare.domain.permissions import Permission
from webcare.domain.undo import Undoable
from webcare.exceptions import TicketChanged
from webcare.models import Tag, Ticket, TicketEvent, User
from webcare.queries.people import require

Kind = TicketEvent.Kind
# What the log calls the change that is undone.
WORDS = {
    Undoable.TOPIC: "classify",
    Undoable.QUEUE: "route",
    Undoable.PRIORITY: "priority",
}


@transaction.atomic
def undo_change(
    *, ticket: Ticket, user: User, what: Undoable, reason: str = ""
) -> Ticket:
    """Take back what `user` was the last to change of this, within UNDO_SECONDS.

    What stood before stands again, by whom it was said: a topic that a rule chose is
    the rule's, and teaches nothing. `reason` is the one that stood by the priority,
    which the log does not have. Raises NotAllowed, and TicketChanged when somebody or
    something has changed it since, when there is nothing of theirs, or too long ago.
    """
    [row] = lock([ticket.pk])
    if what == Undoable.TAGS:
        require(user, Permission.WORK_TICKETS, row.queue)
        _take_tags_back(ticket, user, row.now)
    else:
        _put_value_back(ticket, row, user, what, reason)
    ticket.refresh_from_db()
    return ticket


def _put_value_back(
    ticket: Ticket, row: Row, user: User, what: Undoable, reason: str
) -> None:
    lines = TicketEvent.objects.filter(ticket=ticket, data__has_key=what.value)
    own = lines.filter(actor=user).order_by("-id").first()
    require(user, Permission.WORK_TICKETS, _where(own, row))
    line = _own(lines.order_by("-id").first(), user, row.now)
    before: dict[str, Any] = dict(line.data["undo"]["before"])
    also = before.pop("also", None)
    if what == Undoable.PRIORITY:
        if not row.is_live:
            raise TicketChanged(not_live(row.status))
        before["priority_reason"] = reason
    change = Change(before, line.data["undo"]["after"])
    done = put_back(WORDS[what], [row], {row.id: change}, By("person", user.pk))
    if isinstance(done[row.id], str):
        raise TicketChanged(_changed_since())
    if also is not None:
        also_topics.put_back(ticket.pk, also)


def _where(own: TicketEvent | None, row: Row) -> int | None:
    """In which queue it is work: who moved it away fetches it back to where it was."""
    before = own.data.get("undo", {}).get("before", {}) if own else {}
    queue: int | None = before.get("queue", row.queue)
    return queue


def _take_tags_back(ticket: Ticket, user: User, now: datetime) -> None:
    """Each tag that came with one change goes, and each that went comes."""
    kinds = [Kind.TAGGED, Kind.UNTAGGED]
    lines = list(ticket.events.filter(kind__in=kinds).order_by("-id"))
    mine = [line for line in lines if line.actor_id == user.pk]
    last = _own(mine[0] if mine else None, user, now)
    changed = [line for line in mine if line.effective_at == last.effective_at]
    newest = {line.data["tag"]: line.pk for line in reversed(lines)}
    if any(newest[line.data["tag"]] != line.pk for line in changed):
        raise TicketChanged(_changed_since())
    put_tags(
        ticket,
        add=_tags(changed, Kind.UNTAGGED),
        remove=_tags(changed, Kind.TAGGED),
        actor=user,
    )


def _tags(lines: list[TicketEvent], kind: TicketEvent.Kind) -> list[Tag]:
    slugs = [line.data["tag"] for line in lines if line.kind == kind]
    return list(Tag.objects.filter(slug__in=slugs))


def _own(line: TicketEvent | None, user: User, now: datetime) -> TicketEvent:
    """The newest line about it, if it is one that `user` can take back."""
    if line is not None and line.actor_id != user.pk:
        raise TicketChanged(_changed_since())
    if line is None or not _is_undoable(line):
        raise TicketChanged(_("There is nothing of yours here to undo."))
    if now > line.effective_at + timedelta(seconds=UNDO_SECONDS):
        raise TicketChanged(_("That is too long ago: change it anew instead."))
    return line


def _is_undoable(line: TicketEvent) -> bool:
    return "undo" in line.data or line.kind in {Kind.TAGGED, Kind.UNTAGGED}


def _changed_since() -> str:
    return _("It was changed again since, and stays as it is now.")
