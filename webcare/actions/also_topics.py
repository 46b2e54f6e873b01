"""What tickets are about beside their first topic."""

from collections.abc import Mapping, Sequence

from conversations.models.bulk import fetch, insert
from webcare.domain.outcomes import DecidedBy
from webcare.domain.topics.decide import Also
from webcare.models import TicketTopic


def write(given: Mapping[int, Sequence[Also]]) -> None:
    """Let tickets be about these topics too, and no others; two statements at most."""
    if not given:
        return
    TicketTopic.objects.filter(ticket__in=given).delete()
    rows = [
        {"ticket": pk, "topic": one.topic, "by": one.by.value, "position": place}
        for pk, also in sorted(given.items())
        for place, one in enumerate(also)
    ]
    if rows:
        insert(TicketTopic, rows)


def say(ticket: int, topics: Sequence[int]) -> None:
    """Let a person say what a ticket is about too."""
    write({ticket: [Also(topic, DecidedBy.PERSON, "") for topic in topics]})


def let_go(ticket: int, topic: int | None) -> None:
    """What became the first topic stands no longer beside it."""
    fetch(
        "DELETE FROM webcare_tickettopic WHERE ticket_id = %s AND topic_id = %s",
        [ticket, topic],
    )
