"""What is talked about, more or less than before, and what we made of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from conversations.models.bulk import fetch
from webcare.domain.listening import Trend, trend_of
from webcare.domain.permissions import Permission
from webcare.domain.reports import By
from webcare.exceptions import NotAllowed
from webcare.models import User
from webcare.queries import cells
from webcare.queries.measures.volume import OPENED
from webcare.queries.people import queues_where
from webcare.queries.reports import Asked, Period, day_of, scope
from webcare.queries.rolls import begin_of, zone
from webcare.queries.scopes import Scope
from webcare.queries.sight import require_own_desk

MOST_TIMES = 4  # periods before, that the last one is compared with
WEEKS = 12  # of the shares over time


class Decided(NamedTuple):
    """Messages of one day and channel with the same verdict for the same reason."""

    day: date
    channel: str
    verdict: str
    reason: str
    messages: int


def decisions(user: User, period: Period) -> list[Decided]:
    """Count decisions by the day on which the message was posted. Raises NotAllowed.

    Nothing of a message itself is in it, so a role in any queue of one's own desk is
    enough; external people are told nothing of what was heard elsewhere.
    """
    if not queues_where(user, Permission.SEE_REPORTS):
        raise NotAllowed
    require_own_desk(user)
    rows = fetch(
        """SELECT (m.posted_at AT TIME ZONE %(zone)s)::date, c.slug, d.verdict,
                  d.reason, count(*)
             FROM webcare_decision d
             JOIN conversations_message m ON m.id = d.message_id
             JOIN conversations_channel c ON c.id = m.channel_id
            WHERE m.posted_at >= %(start)s AND m.posted_at < %(end)s
            GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4""",
        {**period._asdict(), "zone": settings.DESK_TIME_ZONE},
    )
    return [Decided(*row) for row in rows]


def verdicts(user: User, period: Period) -> dict[str, int]:
    """Count what was decided about the messages of a period: verdict -> messages.

    Raises NotAllowed, as `decisions` does.
    """
    counted: Counter[str] = Counter()
    for one in decisions(user, period):
        counted[one.verdict] += one.messages
    return dict(counted)


class Heard(NamedTuple):
    """Tickets opened about a topic in a period, and in the `times` of them before.

    `topic` is None for what nobody could say the topic of.
    """

    topic: int | None
    now: int
    before: int
    times: int
    trend: Trend

    @property
    def usual(self) -> float | None:
        """How many a period it was before; None where there was no time before."""
        return self.before / self.times if self.times else None


def topics_heard(user: User, days: int, as_of: datetime) -> list[Heard]:
    """Return what the last `days` times 24 hours were about, the most first.

    It is compared with the four such periods before, or with fewer where the desk has
    not listened for so long; with none there is no trend. Topics of the time before
    are there too, so that what has gone quiet is seen. Raises NotAllowed, as
    `decisions` does.
    """
    require_own_desk(user)
    length = timedelta(days=days)
    times = _periods_before(as_of - length, length)
    now = _opened(user, as_of - length, as_of)
    before = _opened(user, as_of - (1 + times) * length, as_of - length)
    found = [
        _heard(topic, now.get(topic, 0), before.get(topic, 0), times)
        for topic in {*now, *before}
    ]
    return sorted(found, key=lambda one: (-one.now, -one.before, one.topic or 0))


def _heard(topic: int | None, now: int, before: int, times: int) -> Heard:
    trend = trend_of(now, before, times) if times else Trend.STEADY
    return Heard(topic, now, before, times, trend)


def _periods_before(start: datetime, length: timedelta) -> int:
    [[first]] = fetch(OPENED.first, [])
    return min(MOST_TIMES, max(0, (start - first) // length)) if first else 0


def weeks_heard(
    user: User, topics: Sequence[int], as_of: datetime
) -> tuple[list[date], dict[int, list[int]], list[int]]:
    """Return the Mondays of the last twelve whole weeks, and the tickets opened in
    each: of each of `topics`, and of all there are. Raises NotAllowed.
    """
    mondays = _mondays(as_of)
    period = Period(begin_of(mondays[0]), begin_of(mondays[-1] + timedelta(days=7)))
    asked = scope(user, Asked(period, as_of, By.WEEK))
    by_topic = {
        topic: _by_week(replace(asked, topics=(topic,)), mondays) for topic in topics
    }
    return mondays, by_topic, _by_week(asked, mondays)


def _opened(user: User, start: datetime, end: datetime) -> Mapping[int | None, int]:
    if start == end:
        return {}
    asked = Asked(Period(start, end), end, By.TOPIC)
    rows = cells.read(OPENED, scope(user, asked), By.TOPIC)
    return {row.key: row.counts["opened"] for row in rows}


def _by_week(asked: Scope, mondays: Sequence[date]) -> list[int]:
    rows = cells.read(OPENED, asked, By.WEEK)
    known = {day_of(row.key): row.counts["opened"] for row in rows if row.key}
    return [known.get(one, 0) for one in mondays]


def _mondays(as_of: datetime) -> list[date]:
    """Of whole weeks: the one that goes on would always seem to fall."""
    today = as_of.astimezone(zone()).date()
    first = today - timedelta(days=today.weekday() + 7 * WEEKS)
    return [first + timedelta(weeks=number) for number in range(WEEKS)]
