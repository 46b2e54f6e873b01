"""How satisfied people were: those who were asked, and those who could not be."""

from webcare.domain.shares import Satisfaction
from webcare.domain.surveys import SCORES, Skipped
from webcare.models import User
from webcare.queries.reports import Asked
from webcare.queries.shares import Source, count

_REASONS = [f"(s.reason = '{reason}')::int AS {reason}" for reason in Skipped.values]
_SCORES = [f"(s.score IS NOT NULL AND s.score = {n})::int AS s{n}" for n in SCORES]
# By when a question was resolved, whenever its author answered.
SURVEYS = Source(
    f"""SELECT s.ended_at AS at, s.queue_id AS queue, s.topic_id AS topic,
               s.agent_id AS agent, s.channel_id AS channel, s.priority,
               1 AS planned, (s.state = 'waiting')::int AS waiting,
               (s.asked_at IS NOT NULL)::int AS asked,
               {", ".join(_SCORES)}, {", ".join(_REASONS)}
          FROM webcare_survey s""",
    (
        *("planned", "waiting", "asked"),
        *(f"s{n}" for n in SCORES),
        *Skipped.values,
    ),
)


def figures_of_surveys(
    user: User, asked: Asked
) -> list[tuple[str | None, Satisfaction]]:
    """Return how satisfied the authors were whose questions were resolved then.

    Raises NotAllowed.
    """
    return [(line.key, _figures(line.counts)) for line in count(SURVEYS, user, asked)]


def _figures(counts: dict[str, int]) -> Satisfaction:
    one, two, three, four, five = (counts[f"s{n}"] for n in SCORES)
    return Satisfaction(
        counts["planned"],
        counts["asked"],
        counts["waiting"],
        (one, two, three, four, five),
        {reason: counts[reason] for reason in Skipped.values},
    )
