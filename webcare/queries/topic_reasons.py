"""Why a ticket has its topic, with the words and the examples that decided."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.models import Ticket, TopicModel, User
from webcare.queries.models import load

if TYPE_CHECKING:
    from webcare.queries.near_examples import Near

MOST_TEXT = 5_000  # characters that are looked at


class Machine(NamedTuple):
    """The newest decision of a rule or the model: when, what, and the log's own facts.

    `version` is the id of the model inside, `model` outside; `text` is what it read.
    """

    at: datetime
    topic: int | None
    by: str
    confidence: float
    why: Mapping[str, Any]
    version: int | None
    model: UUID | None
    text: str

    @property
    def alternatives(self) -> Sequence[Mapping[str, Any]]:
        found = (self.why.get("model") or {}).get("alternatives") or []
        return list(found)

    @property
    def margin(self) -> float | None:
        """By how much the likeliest topic is ahead of the next, as shares of one."""
        if len(self.alternatives) < 2:
            return None
        first, second = (float(one["confidence"]) for one in self.alternatives[:2])
        return round(first - second, 4)

    @property
    def newest(self) -> int:
        """The newest example that it felt, or 0."""
        return int(self.why.get("newest_example") or 0)


def machine_on(ticket: Ticket) -> Machine | None:
    """Return the newest decision of a machine; None where there was none yet."""
    rows = fetch(_DECIDED, {"ticket": ticket.pk, "most": MOST_TEXT})
    if not rows:
        return None
    [[at, facts, version, model, text]] = rows
    data = json.loads(facts)
    return Machine(
        at,
        data.get("topic"),
        data.get("by", ""),
        data.get("confidence") or 0.0,
        data.get("why") or {},
        version,
        model,
        text,
    )


# The text is put together as it stood at the moment of the decision.
_DECIDED = """
    SELECT e.recorded_at, e.data, (e.data->'why'->>'version')::bigint, m.public_id,
           coalesce(left(said.text, %(most)s), '')
      FROM webcare_ticketevent e
      LEFT JOIN webcare_topicmodel m ON m.id = (e.data->'why'->>'version')::bigint
      LEFT JOIN LATERAL (
           SELECT string_agg(coalesce(
                      CASE WHEN x.edited_at > e.recorded_at THEN (
                          SELECT v.text FROM conversations_messageversion v
                           WHERE v.message_id = x.id AND v.written_at <= e.recorded_at
                           ORDER BY v.written_at DESC LIMIT 1) END, x.text),
                      E'\\n' ORDER BY x.posted_at, x.id) AS text
             FROM webcare_ticketmessage tm
             JOIN conversations_message x ON x.id = tm.message_id
            WHERE tm.ticket_id = e.ticket_id AND x.direction = 'in'
              AND x.received_at <= e.recorded_at) AS said ON true
     WHERE e.ticket_id = %(ticket)s AND e.kind = 'classified'
       AND e.data->>'by' IN ('model', 'rule', 'unsure') AND e.data->'why' ? 'version'
     ORDER BY e.id DESC LIMIT 1"""


def examples_of(user: User, ticket: Ticket, machine: Machine) -> "list[Near]":
    """Return the examples nearest to the text, of its topic and of the runner-up."""
    # Loaded with the first question: most web processes never ask.
    from webcare.queries.near_examples import nearest_examples  # noqa: PLC0415

    named = [machine.topic, *(one["topic"] for one in machine.alternatives[:2])]
    topics = list(dict.fromkeys(one for one in named if one is not None))
    classifier = None
    if machine.version is not None and machine.model is not None:
        classifier = load(machine.version, machine.model)
    last = _last(machine)
    return nearest_examples(user, machine.text, topics, last, ticket.pk, classifier)


def _last(machine: Machine) -> int:
    """The newest example that took part, learned or felt."""
    rows = TopicModel.objects.filter(pk=machine.version or 0)
    learned = rows.values_list("last_example", flat=True).first() or 0
    return max(learned, machine.newest)
