"""How satisfied people were: those who were asked, and those who could not be."""

from webcare.domain.reports import Look
from webcare.domain.shares import Satisfaction
from webcare.domain.surveys import SCORES, Skipped
from webcare.models import User
from webcare.queries.reports import Asked
from webcare.queries.shares import Source, count

_REASONS = [f"(s.reason = '{reason}')::int AS {reason}" for reason in Skipped.values]
_SCORES = [f"(s.score IS NOT NULL AND s.score = {n})::int AS s{n}" for n in SCORES]
_COUNTED = {
    "ended_at": ["1 AS planned", "(s.state = 'waiting')::int AS waiting", *_REASONS],
    "asked_at": ["(s.asked_at IS NOT NULL)::int AS asked"],
    "answered_at": _SCORES,
}
_COUNTS = [column for columns in _COUNTED.values() for column in columns]
_NAMES = tuple(column.split()[-1] for column in _COUNTS)


def _cases(moment: str, columns: list[str]) -> str:
    """Cases at one of their moments; what is not among `columns` is none of them."""
    counts = [one if one in columns else f"0 AS {one.split()[-1]}" for one in _COUNTS]
    return f"""
        SELECT s.ticket_id AS ticket, s.{moment} AS at, s.queue_id AS queue,
               s.topic_id AS topic,
               s.agent_id AS agent, s.channel_id AS channel, s.priority,
               {", ".join(counts)}
          FROM webcare_survey s"""


SURVEYS = {
    # By when a question was resolved, whenever its author answered.
    Look.COHORT: Source(_cases("ended_at", _COUNTS), _NAMES),
    # Each by when it happened.
    Look.EVENT: Source(
        " UNION ALL ".join(_cases(*counted) for counted in _COUNTED.items()), _NAMES
    ),
}


def figures_of_surveys(
    user: User, asked: Asked
) -> list[tuple[str | None, Satisfaction]]:
    """Return how satisfied the authors were whose questions were resolved then.

    By event: what was resolved then, who was asked then, and who answered then, which
    need not be the same. Raises NotAllowed.
    """
    found = count(SURVEYS[asked.view], user, asked)
    return [(line.key, _figures(line.counts)) for line in found]


def _figures(counts: dict[str, int]) -> Satisfaction:
    one, two, three, four, five = (counts[f"s{n}"] for n in SCORES)
    return Satisfaction(
        counts["planned"],
        counts["asked"],
        counts["waiting"],
        (one, two, three, four, five),
        {reason: counts[reason] for reason in Skipped.values},
    )
