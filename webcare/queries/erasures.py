"""Erasing a person: what stands in the way, and what became of it."""

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.models import Author
from conversations.models.bulk import fetch, ids
from conversations.models.deliveries import UNSETTLED
from webcare.domain.lifecycle import LIVE
from webcare.domain.permissions import Permission
from webcare.exceptions import NotFound
from webcare.models import Erasure, User
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import require

BY_AGE = Order("e.asked_at", descending=True)
_ERASURES = Listing("e.public_id", "webcare_erasure e", "e.id")
MOST_NAMED = 10


def hindrances(author: Author) -> list[str]:
    """Return why an author cannot be erased now, in sentences that say what to do."""
    live = ids(
        fetch(
            """SELECT DISTINCT k.id FROM webcare_ticket own
                 JOIN webcare_ticket k ON k.id = coalesce(own.merged_into_id, own.id)
                WHERE own.author_id = %s AND k.status = ANY(%s)
                ORDER BY k.id LIMIT %s""",
            [author.pk, sorted(LIVE), MOST_NAMED],
        )
    )
    said = []
    if live:
        numbers = ", ".join(f"#{pk}" for pk in live)
        said.append(
            ngettext(
                "Resolve %(numbers)s first: somebody may be answering it.",
                "Resolve %(numbers)s first: somebody may be answering them.",
                len(live),
            )
            % {"numbers": numbers}
        )
    [[is_moving]] = fetch(_MOVING, {"author": author.pk, "unsettled": [*UNSETTLED]})
    if is_moving:
        said.append(_("Something of theirs is on its way: try again in a minute."))
    return said


def erasure_page(
    user: User, mark: Mark | None, limit: int
) -> tuple[list[Erasure], Page]:
    """Return a page of the receipts, the newest first. Raises NotAllowed."""
    require(user, Permission.ERASE_PERSON)
    page = read_page(_ERASURES, BY_AGE, mark, limit)
    found = Erasure.objects.select_related("asked_by", "author").in_bulk(
        [pk for _at, pk, *_ in page.rows]
    )
    return [found[pk] for _at, pk, *_ in page.rows if pk in found], page


def erasure_for(user: User, public_id: UUID) -> Erasure:
    """Raises NotAllowed, NotFound."""
    require(user, Permission.ERASE_PERSON)
    found = Erasure.objects.select_related("asked_by", "author").filter(
        public_id=public_id
    )
    if (one := found.first()) is None:
        raise NotFound("There is no such erasure.")
    return one


def erasure_of(author: Author) -> Erasure | None:
    """Return the erasure of an author, who may be a stranger by now."""
    return (
        Erasure.objects.select_related("asked_by", "author")
        .filter(author=author)
        .first()
    )


# A message that is not on its ticket yet, or an answer that has not left.
_MOVING = """
    SELECT EXISTS (
             SELECT FROM conversations_message m
               JOIN conversations_work w ON w.subject_id = m.id
                AND w.stage IN ('ticket', 'changed')
              WHERE m.author_id = %(author)s)
        OR EXISTS (
             SELECT FROM webcare_ticket k
               JOIN webcare_reply r ON r.ticket_id = k.id
               JOIN conversations_delivery d ON d.id = r.delivery_id
              WHERE k.author_id = %(author)s AND d.state = ANY(%(unsettled)s))
        OR EXISTS (
             SELECT FROM webcare_survey s
               JOIN conversations_delivery d ON d.id = s.delivery_id
              WHERE s.author_id = %(author)s AND s.asked_at IS NOT NULL
                AND d.state = ANY(%(unsettled)s))"""
