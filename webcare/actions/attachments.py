"""Files for answers: attached before they are sent, named by the answer, then fixed."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.actions import files
from conversations.actions.files import LARGEST as LARGEST
from conversations.actions.files import LONGEST_ALT as LONGEST_ALT
from conversations.actions.files import MOST as MOST
from conversations.actions.files import Facts, bare, named, refusal, type_of
from conversations.actions.files import types_taken as types_taken
from conversations.models import File
from conversations.models.bulk import fetch
from webcare.actions import approvals
from webcare.domain.lifecycle import LIVE, not_live
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, NotAllowed, TicketChanged
from webcare.models import Approval, Attachment, Ticket, User
from webcare.queries.people import require

MOST_READY = 20  # of one person on one ticket, sent ones not counted
KEPT_DAYS = 7  # what was never sent


@transaction.atomic
def attach(
    *, ticket: Ticket, user: User, name: str, content: bytes, alt: str = ""
) -> Attachment:
    """Keep a file for an answer of `user` to this ticket, which names it when sent.

    What it is, its bytes say, and its name is made to; of a picture what a camera wrote
    into it is left out. `alt` is read aloud to who does not see it. Sent never, it is
    removed after KEPT_DAYS days. Raises NotAllowed, TicketChanged where nobody can
    answer, and Invalid (`file`) for what is not whole or not what the channel takes:
    the kind, the size in bytes, the length of `alt`, or files at all.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    if ticket.status not in LIVE:
        raise TicketChanged(not_live(ticket.status))
    kind = _kind(content)
    content = _bare(content, kind)
    facts = Facts(named(name, kind), kind, len(content), alt.strip())
    if no := refusal(ticket.channel.files, [facts]):
        raise Invalid(file=no[1])
    ready = Attachment.objects.filter(ticket=ticket, owner=user)
    if ready.filter(file__delivery=None).count() >= MOST_READY:
        raise Invalid(file=_("Remove some of what is attached here first."))
    kept = files.keep(name=facts.name, kind=kind, content=content, alt=facts.alt)
    return Attachment.objects.create(ticket=ticket, owner=user, file=kept)


@transaction.atomic
def describe(*, attachment: Attachment, user: User, alt: str) -> Attachment:
    """Say in words what a file shows; what a colleague reads of it so far is void.

    Raises NotAllowed for another's, TicketChanged once it is on its way, Invalid.
    """
    held = _unsent(attachment, user)
    file = held.file
    facts = Facts(file.name, file.type, file.size, alt.strip())
    if no := refusal(held.ticket.channel.files, [facts]):
        raise Invalid(alt=no[1])
    if facts.alt != file.alt:
        _void(held, user)
        File.objects.filter(pk=file.pk).update(alt=facts.alt)
    held.refresh_from_db()
    return held


@transaction.atomic
def remove(*, attachment: Attachment, user: User) -> None:
    """Forget a file that was not sent; what a colleague reads of it so far is void.

    Raises NotAllowed for another's, TicketChanged once it is on its way.
    """
    held = _unsent(attachment, user)
    _void(held, user)
    _forget([held.file_id])


def forget_unsent() -> int:
    """Remove what was attached KEPT_DAYS days ago and never sent; returns how many.

    What a colleague is still asked to read stays until that is over.
    """
    old = fetch(
        """SELECT f.id FROM conversations_file f
             LEFT JOIN webcare_attachment a ON a.file_id = f.id
             LEFT JOIN webcare_approval p
               ON p.id = a.approval_id AND p.state = 'waiting'
            WHERE f.delivery_id IS NULL AND p.id IS NULL
              AND f.kept_at < statement_timestamp() - make_interval(days => %s)
            ORDER BY f.kept_at LIMIT 500 FOR UPDATE OF f SKIP LOCKED""",
        [KEPT_DAYS],
    )
    return _forget([pk for [pk] in old])


def _kind(content: bytes) -> str:
    """What the file is, by its bytes. Raises Invalid."""
    if not content:
        raise Invalid(file=_("This file is empty: choose another."))
    if len(content) > LARGEST:
        raise Invalid(file=_("This file is too large: make it smaller."))
    if kind := type_of(content):
        return kind
    raise Invalid(file=_("This is not a file that can be sent: choose a picture."))


def _bare(content: bytes, kind: str) -> bytes:
    """What is seen of it, and nothing that was written into it. Raises Invalid."""
    try:
        return bare(content, kind)
    except ValueError as error:
        raise Invalid(file=_("This picture is not whole: save it again.")) from error


def _unsent(attachment: Attachment, user: User) -> Attachment:
    """Lock what `user` attached and did not send. Raises NotAllowed, TicketChanged."""
    if attachment.owner_id != user.pk:
        raise NotAllowed(_("Only who attached it can change it."))
    Ticket.objects.select_for_update(no_key=True).only("pk").get(
        pk=attachment.ticket_id
    )
    File.objects.select_for_update().only("pk").get(pk=attachment.file_id)
    held = Attachment.objects.select_related("file", "ticket__channel", "approval")
    found = held.defer("file__content").get(pk=attachment.pk)
    if found.file.delivery_id is not None:
        raise TicketChanged(_("This file is on its way with an answer."))
    return found


def _void(held: Attachment, user: User) -> None:
    """An answer that waits with this file is not what was asked about any more."""
    if held.approval and held.approval.state == Approval.State.WAITING:
        approvals.void([held.ticket_id], reason="edited", writer=user, actor=user)


def _forget(found: Sequence[int]) -> int:
    gone = [list(found)]
    fetch("DELETE FROM webcare_attachment WHERE file_id = ANY(%s)", gone)
    fetch("DELETE FROM conversations_file WHERE id = ANY(%s)", gone)
    return len(found)
