"""How often machines were right, by the tickets that people checked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from conversations.models.bulk import fetch
from webcare.domain.shares import Interval, wilson
from webcare.exceptions import NotFound
from webcare.models import SampledTicket, TopicSample, User
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.sight import visible, visible_tickets
from webcare.queries.topics import heirs


class Checked(NamedTuple):
    """Of how many a person said what they are about, and a machine had said the same.

    `interval` is Wilson's at 95 %; None where none was checked.
    """

    checked: int
    right: int

    @property
    def interval(self) -> Interval | None:
        return wilson(self.right, self.checked) if self.checked else None


class Figures(NamedTuple):
    """All of a sample; by the topic that the machine gave, and by who gave it."""

    drawn: int
    whole: Checked
    topics: Mapping[int, Checked]
    by: Mapping[str, Checked]


class _Said(NamedTuple):
    topic: int
    by: str
    is_said: bool
    is_right: bool


def figures(samples: Collection[TopicSample]) -> dict[int, Figures]:
    """Return what is known of each by now, by its own id. What was merged since counts
    as its heir. Two statements, however many."""
    gone = heirs()
    drawn: dict[int, list[_Said]] = {sample.pk: [] for sample in samples}
    rows = SampledTicket.objects.filter(sample__in=drawn).values_list(
        "sample_id", "topic_id", "by", "said_id", "said_at"
    )
    for sample, topic, by, said, said_at in rows:
        same = (gone.get(topic) or topic) == (gone.get(said) or said)
        one = _Said(gone.get(topic) or topic, by, said_at is not None, same)
        drawn[sample].append(one)
    return {pk: _figures(every) for pk, every in drawn.items()}


def _figures(drawn: Sequence[_Said]) -> Figures:
    done = [one for one in drawn if one.is_said]
    return Figures(
        len(drawn),
        _checked(one.is_right for one in done),
        {
            topic: _checked(one.is_right for one in done if one.topic == topic)
            for topic in sorted({one.topic for one in done})
        },
        {
            name: _checked(one.is_right for one in done if one.by == name)
            for name in sorted({one.by for one in done})
        },
    )


def _checked(right: Iterable[bool]) -> Checked:
    every = list(right)
    return Checked(len(every), sum(every))


def samples() -> QuerySet[TopicSample]:
    return TopicSample.objects.select_related("drawn_by").order_by("-pk")


def sample_of(public_id: UUID) -> TopicSample:
    """Raises NotFound."""
    if found := samples().filter(public_id=public_id).first():
        return found
    raise NotFound("There is no such sample.")


def newest_checked() -> TopicSample | None:
    """Return the newest sample of which somebody checked a ticket."""
    checked = SampledTicket.objects.filter(said_at__isnull=False)
    return samples().filter(pk__in=checked.values("sample")).first()


_SAMPLES = Listing("s.public_id", "webcare_topicsample s", "s.id")
SAMPLES = Order("s.drawn_at", descending=True)


def sample_page(mark: Mark | None, limit: int) -> tuple[list[TopicSample], Page]:
    """Return a page of samples, the newest first: two statements."""
    page = read_page(_SAMPLES, SAMPLES, mark, limit)
    found = samples().in_bulk([pk for _at, pk, *_ in page.rows])
    return [found[pk] for _at, pk, *_ in page.rows if pk in found], page


def sampled_of(user: User, sample: TopicSample, public_id: UUID) -> SampledTicket:
    """Return a ticket of a sample that `user` may see. Raises NotFound."""
    found = (
        sample.tickets.filter(public_id=public_id, ticket__in=visible_tickets(user))
        .select_related("ticket")
        .first()
    )
    if found is None:
        raise NotFound("There is no such ticket in this sample.")
    return found


class SampledRow(NamedTuple):
    id: UUID
    ticket: UUID
    number: int
    text: str
    topic: str | None
    by: str
    said: str | None
    is_checked: bool


def sampled_rows(user: User, sample: TopicSample) -> list[SampledRow]:
    """Return the tickets of a sample that `user` may see: those to check first, then by
    the order of the lot. One statement."""
    seen, values = visible(user)
    rows = fetch(
        f"""SELECT s.public_id, k.public_id, k.id, coalesce(left(first.text, 2000), ''),
                   t.slug, s.by, o.slug, s.said_at IS NOT NULL
              FROM webcare_sampledticket s
              JOIN webcare_ticket k ON k.id = s.ticket_id
              JOIN webcare_topic t ON t.id = s.topic_id
              LEFT JOIN webcare_topic o ON o.id = s.said_id
              LEFT JOIN LATERAL (
                   SELECT m.text FROM webcare_ticketmessage tm
                     JOIN conversations_message m ON m.id = tm.message_id
                    WHERE tm.ticket_id = k.id AND m.direction = 'in'
                    ORDER BY m.posted_at, m.id LIMIT 1) AS first ON true
             WHERE s.sample_id = %(sample)s AND {seen}
             ORDER BY s.said_at IS NOT NULL, s.id""",
        {**values, "sample": sample.pk},
    )
    return [SampledRow(*row) for row in rows]
