"""Tags: the words there are, and the tickets they are put on."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch, ids, insert
from conversations.queries.clock import database_now
from webcare.actions.log import Line, record_many
from webcare.actions.tickets import touch
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, taken
from webcare.models import Tag, Ticket, TicketEvent, TicketTag, User
from webcare.queries.people import require, require_somewhere

Kind = TicketEvent.Kind
MOST_TAGS = 50  # on one ticket


def make_tag(*, user: User, slug: str, **fields: Any) -> Tag:
    """Make a tag for the whole desk. Raises NotAllowed, Invalid."""
    require_somewhere(user, Permission.MANAGE_TAGS)
    try:
        with transaction.atomic():
            return Tag.objects.create(slug=slug, **fields)
    except IntegrityError as error:
        raise taken("slug") from error


def change_tag(
    *, user: User, tag: Tag, retired: bool | None = None, **fields: Any
) -> Tag:
    """Change a tag; a retired one stays where it is and is put on nothing more.

    Raises NotAllowed.
    """
    require_somewhere(user, Permission.MANAGE_TAGS)
    if retired is not None and retired != bool(tag.retired_at):
        fields["retired_at"] = Now() if retired else None
    if fields:
        Tag.objects.filter(pk=tag.pk).update(**fields)
        tag.refresh_from_db()
    return tag


def remove_tag(*, user: User, tag: Tag) -> None:
    """Remove a tag that is on no ticket. Raises NotAllowed, Invalid."""
    require_somewhere(user, Permission.MANAGE_TAGS)
    try:
        with transaction.atomic():
            tag.delete()
    except ProtectedError as error:
        sentence = _("This tag is on tickets: retire it, or take it off them first.")
        raise Invalid(tag=sentence) from error


@transaction.atomic
def tag_ticket(
    *, ticket: Ticket, user: User, add: Sequence[Tag] = (), remove: Sequence[Tag] = ()
) -> Ticket:
    """Put tags on a ticket and take others off; what is so already is no change.

    One event for each tag that came or went. Raises NotAllowed, and Invalid for a
    retired tag, a tag that is to come and go at once, or more than fifty.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    put_tags(ticket, add=add, remove=remove, actor=user)
    return ticket


def put_tags(
    ticket: Ticket,
    *,
    add: Sequence[Tag] = (),
    remove: Sequence[Tag] = (),
    actor: User | None,
    cause: str = "person",
) -> None:
    """Do what `tag_ticket` does, for a person or a rule that may."""
    both = {tag.slug for tag in add} & {tag.slug for tag in remove}
    if both:
        sentence = _("Add or remove, not both: %s.") % ", ".join(sorted(both))
        raise Invalid(add=sentence)
    fetch("SELECT FROM webcare_ticket WHERE id = %s FOR NO KEY UPDATE", [ticket.pk])
    came, went = _put_on(ticket, add, actor), _take_off(ticket, remove)
    if not came | went:
        return
    touch(ticket)
    at, who = database_now(), actor.pk if actor else None
    record_many(
        [
            Line(ticket.pk, kind, at, {"tag": tag.slug}, who)
            for kind, tags, changed in (
                (Kind.TAGGED, add, came),
                (Kind.UNTAGGED, remove, went),
            )
            for tag in tags
            if tag.pk in changed
        ],
        cause=cause,
    )


def _put_on(ticket: Ticket, tags: Sequence[Tag], actor: User | None) -> set[int]:
    rows = [
        {"ticket": ticket.pk, "tag": tag.pk, "by": actor.pk if actor else None}
        for tag in tags
    ]
    came = ids(
        insert(TicketTag, rows, conflict="ON CONFLICT DO NOTHING", returning="tag_id")
    )
    retired = [tag.slug for tag in tags if tag.retired_at and tag.pk in came]
    if retired:
        sentence = _("No longer in use: %s.") % ", ".join(retired)
        raise Invalid(add=sentence)
    if came and TicketTag.objects.filter(ticket=ticket).count() > MOST_TAGS:
        raise Invalid(add=_("A ticket carries at most 50 tags."))
    return set(came)


def _take_off(ticket: Ticket, tags: Sequence[Tag]) -> set[int]:
    if not tags:
        return set()
    rows = fetch(
        """DELETE FROM webcare_tickettag WHERE ticket_id = %s AND tag_id = ANY(%s)
        RETURNING tag_id""",
        [ticket.pk, [tag.pk for tag in tags]],
    )
    return set(ids(rows))
