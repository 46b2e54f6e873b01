"""What a topic was taught: texts, who gave them, and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from webcare.domain.permissions import Permission
from webcare.exceptions import NotFound
from webcare.models import Topic, TopicExample, User
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import called, require
from webcare.queries.sight import visible


class Given(NamedTuple):
    """An example as it is listed; `given_by` is None where nobody is known."""

    given_at: datetime
    pk: int
    text: str
    language: str
    given_by: str | None


EXAMPLES = Order("e.given_at", descending=True)


def example_page(
    user: User, topic: Topic, mark: Mark | None, limit: int
) -> tuple[list[Given], Page]:
    """Return a page of a topic's examples, the newest first; of those that came from
    tickets, the ones that `user` may see. One statement. Raises NotAllowed."""
    require(user, Permission.TEACH_TOPICS, topic.queue_id)
    page = read_page(_listing(user, topic), EXAMPLES, mark, limit)
    return [Given(*row) for row in page.rows], page


def example_of(user: User, topic: Topic, pk: int) -> TopicExample:
    """Return one of those. Raises NotAllowed, NotFound."""
    require(user, Permission.TEACH_TOPICS, topic.queue_id)
    listing = _listing(user, topic, {"pk": min(pk, 2**63 - 1)}, "e.id = %(pk)s")
    if not read_page(listing, EXAMPLES, None, 1).rows:
        raise NotFound("There is no such example.")
    return TopicExample.objects.select_related("topic").get(pk=pk)


def _listing(
    user: User, topic: Topic, more: Mapping[str, Any] | None = None, *where: str
) -> Listing:
    seen, values = visible(user)
    from_ticket = f"""EXISTS (
        SELECT FROM webcare_ticketmessage tm
          JOIN webcare_ticket k ON k.id = tm.ticket_id
         WHERE tm.message_id = e.message_id AND {seen})"""
    return Listing(
        f"e.text, e.language, CASE WHEN u.id IS NOT NULL THEN {called('u')} END",
        """webcare_topicexample e
           LEFT JOIN webcare_user u ON u.id = e.given_by_id""",
        "e.id",
        ["e.topic_id = %(of)s", f"(e.message_id IS NULL OR {from_ticket})", *where],
        {**values, "of": topic.pk, **(more or {})},
    )
