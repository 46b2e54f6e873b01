"""Where the tickets behind the lines and figures of a report are listed."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from webcare.api.shapes import stamp
from webcare.domain.counted_figures import FIGURES
from webcare.domain.reports import By, Look
from webcare.queries.reports import Asked
from webcare.queries.rolls import begin_of, week_or_day

# The list of tickets is asked by these, too; an hour of the day it does not know.
_LISTED = {
    **{by: by.value for by in (By.QUEUE, By.TOPIC, By.AGENT)},
    **{by: by.value for by in (By.CHANNEL, By.PRIORITY)},
}


def tickets_behind(
    key: str | None, asked: Asked, since: str = "opened", **more: str
) -> str | None:
    """Where the tickets of a line are listed: those opened in the period, of that key,
    or those whose author waits since then.

    None where no list says just that.
    """
    start, end = asked.period
    if asked.view != Look.COHORT or asked.by == By.HOUR:
        return None
    given = {"queue": asked.queue, "topic": asked.topic, "channel": asked.channel}
    if asked.by in _LISTED:
        if key is None and asked.by in (By.CHANNEL, By.PRIORITY):
            return None
        given[_LISTED[asked.by]] = key or "none"
    elif asked.by and key:
        first, after = week_or_day(key)
        start, end = max(start, begin_of(first)), min(end, begin_of(after))
    given |= {f"{since}_after": stamp(start), f"{since}_before": stamp(end)} | more
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{reverse('api:tickets')}?{query}"


def counted_of(name: str, asked: Asked) -> str | None:
    """Return what the figures of a report count, for a list of tickets to be asked."""
    if name not in FIGURES:
        return None
    start, end = asked.period
    given: dict[str, Any] = {"report": name, "from": stamp(start), "to": stamp(end)}
    given |= {"as_of": stamp(asked.as_of), "view": asked.view.value}
    given |= {"of": asked.of.value, "clock": asked.clock.value, "by": asked.by}
    given |= {one: getattr(asked, one) for one in ("queue", "topic", "channel")}
    return urlencode({one: value for one, value in given.items() if value})
