"""The routing table, its versions, and the lists of authors that it asks for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from conversations.models import Author
from conversations.models.bulk import fetch
from webcare.exceptions import Invalid, NotFound
from webcare.models import AuthorList, Queue, RoutingVersion, User
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import called
from webcare.queries.sight import visible

MOST_TRIED = 5_000


class Names(NamedTuple):
    """What a rule can name -> the id that is meant."""

    queue: Mapping[str, int]
    topic: Mapping[str, int]
    channel: Mapping[str, int]
    authors: Mapping[str, int]


def names() -> Names:
    """Topics in use alone; one statement."""
    rows = fetch(
        """SELECT 'queue', slug, id FROM webcare_queue
            UNION ALL SELECT 'topic', slug, id FROM webcare_topic
                       WHERE retired_at IS NULL
            UNION ALL SELECT 'channel', slug, id FROM conversations_channel
            UNION ALL SELECT 'authors', slug, id FROM webcare_authorlist""",
        [],
    )
    found: dict[str, dict[str, int]] = {kind: {} for kind in Names._fields}
    for kind, slug, pk in rows:
        found[kind][slug] = pk
    return Names(**found)


def rules_now() -> list[dict[str, Any]]:
    """Return the rules that hold, in their order, with names as clients know them."""
    rows = fetch(
        """SELECT r.id, q.slug, t.slug, c.slug, r.language, r.priority, a.slug
             FROM webcare_routingrule r JOIN webcare_queue q ON q.id = r.queue_id
             LEFT JOIN webcare_topic t ON t.id = r.topic_id
             LEFT JOIN conversations_channel c ON c.id = r.channel_id
             LEFT JOIN webcare_authorlist a ON a.id = r.author_list_id
            ORDER BY r.position""",
        [],
    )
    fields = ("rule", "queue", "topic", "channel", "language", "priority", "authors")
    return [dict(zip(fields, row, strict=True)) for row in rows]


def default_queue() -> str | None:
    """Return where waits what no rule and no topic places; None before the first."""
    return Queue.objects.filter(is_triage=True).values_list("slug", flat=True).first()


def newest_version() -> RoutingVersion | None:
    return RoutingVersion.objects.order_by("-number").first()


def version_numbered(number: int) -> RoutingVersion:
    """Raises NotFound."""
    found = (
        RoutingVersion.objects.select_related("made_by").filter(number=number).first()
    )
    if found is None:
        raise NotFound("There is no such version.")
    return found


class VersionRow(NamedTuple):
    made_at: datetime
    pk: int
    number: int
    rules: int
    by: UUID | None
    by_name: str | None


VERSIONS = Order("v.made_at", descending=True)
_VERSIONS = Listing(
    f"v.number, jsonb_array_length(v.rules), u.public_id, {called('u')}",
    "webcare_routingversion v LEFT JOIN webcare_user u ON u.id = v.made_by_id",
    "v.id",
)


def version_page(mark: Mark | None, limit: int) -> tuple[list[VersionRow], Page]:
    """Return a page of versions, the newest first: one statement."""
    page = read_page(_VERSIONS, VERSIONS, mark, limit)
    return [VersionRow(*row) for row in page.rows], page


def placed_lately(user: User, days: int) -> tuple[list[tuple[Any, ...]], bool]:
    """Return the newest tickets of the last days that `user` may see, as routing sees
    them, and whether that is all of them. One statement."""
    seen, values = visible(user)
    rows = fetch(
        f"""SELECT k.id, k.channel_id, k.language, k.priority, k.topic_id, k.queue_id,
                   false, ARRAY(SELECT l.author_list_id FROM webcare_listedauthor l
                                 WHERE l.author_id = k.author_id)
              FROM webcare_ticket k
             WHERE k.opened_at > now() - make_interval(days => %(days)s) AND {seen}
               AND k.queue_id IS NOT NULL
             ORDER BY k.opened_at DESC, k.id DESC LIMIT %(most)s""",
        {**values, "days": days, "most": MOST_TRIED + 1},
    )
    found = [(*row[:-1], frozenset(row[-1])) for row in rows[:MOST_TRIED]]
    return found, len(rows) <= MOST_TRIED


def told(
    tickets: list[int], queues: list[int]
) -> tuple[dict[int, Any], dict[int, str]]:
    """Return what these tickets and queues are called outside; two statements."""
    rows = fetch(
        "SELECT id, public_id, excerpt FROM webcare_ticket WHERE id = ANY(%s)",
        [tickets],
    )
    known = Queue.objects.filter(pk__in=queues).values_list("pk", "slug")
    return {pk: (public_id, excerpt) for pk, public_id, excerpt in rows}, dict(known)


def author_list_named(slug: str) -> AuthorList:
    """Raises NotFound."""
    if found := AuthorList.objects.filter(slug=slug).first():
        return found
    raise NotFound("There is no such list.")


def chosen_author_list(slug: str) -> AuthorList:
    """The list that a request names. Raises Invalid."""
    if found := AuthorList.objects.filter(slug=slug).first():
        return found
    raise Invalid(author_list=_("There is no such list."))


def author_of(public_id: UUID) -> Author:
    """Raises NotFound."""
    if found := Author.objects.filter(public_id=public_id).first():
        return found
    raise NotFound("There is no such author.")


def author_called(channel: str, handle: str) -> Author:
    """Return who is called this on a channel, the newest of several; with or without
    the sign before it, in any case. Raises Invalid."""
    name = handle.strip().removeprefix("@").lower()
    called = Author.objects.annotate(called=Lower("handle"))
    found = called.filter(channel__slug=channel, called__in=[name, f"@{name}"])
    if author := found.order_by("-pk").first():
        return author
    raise Invalid(
        handle=_("No author of this handle has written to us on this channel.")
    )


class ListRow(NamedTuple):
    slug: str
    name: str
    authors: int


def author_lists() -> list[ListRow]:
    """Return all lists by slug, each with how many are on it."""
    rows = fetch(
        """SELECT l.slug, l.name, count(a.id) FROM webcare_authorlist l
             LEFT JOIN webcare_listedauthor a ON a.author_list_id = l.id
            GROUP BY l.id ORDER BY l.slug""",
        [],
    )
    return [ListRow(*row) for row in rows]


class ListedRow(NamedTuple):
    listed_at: datetime
    pk: int
    author: UUID
    handle: str
    name: str


LISTED = Order("l.listed_at")


def listed_page(
    author_list: AuthorList, mark: Mark | None, limit: int
) -> tuple[list[ListedRow], Page]:
    """Return a page of who is on a list, the first one first: one statement."""
    listing = Listing(
        "w.public_id, w.handle, w.name",
        """webcare_listedauthor l
           JOIN conversations_author w ON w.id = l.author_id""",
        "l.id",
        ["l.author_list_id = %(of)s"],
        {"of": author_list.pk},
    )
    page = read_page(listing, LISTED, mark, limit)
    return [ListedRow(*row) for row in page.rows], page
