"""Tickets whose topic nobody is sure of, put together by likeness."""

from collections import Counter
from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.domain.lifecycle import LIVE
from webcare.models import User
from webcare.queries.sight import visible

MOST_TICKETS = 500
MOST_GROUPS = 50
MOST_TEXT = 1_000


class Unsure(NamedTuple):
    """A ticket that waits for somebody to say what it is about.

    `guess` is the topic that the model found likeliest, None without one; `lead` is by
    how much of one it is likelier than the next, 0 where no model said anything.
    """

    pk: int
    id: UUID
    excerpt: str
    text: str
    guess: int | None
    lead: float


class Group(NamedTuple):
    """Tickets that are alike; `words` are what most of them say."""

    tickets: Sequence[Unsure]
    words: Sequence[str]
    guess: int | None


class Groups(NamedTuple):
    """`is_complete` is False when more wait than the newest 500, which these are of."""

    groups: Sequence[Group]
    waiting: int
    is_complete: bool


def unsure_groups(user: User) -> Groups:
    """Return what `user` may see of it, the largest group first: one statement."""
    # Loaded with the first page: most web processes never ask.
    from webcare.domain.topics import likeness  # noqa: PLC0415

    found = _unsure(user)
    tickets = found[:MOST_TICKETS]
    alike = likeness.groups_of([one.text for one in tickets])[:MOST_GROUPS]
    groups = []
    for places in alike:
        members = [tickets[n] for n in places]
        texts = [one.text for one in members]
        words = likeness.common_words(texts) if len(texts) > 1 else []
        groups.append(Group(members, words, _guess(members)))
    return Groups(groups, len(tickets), len(found) <= MOST_TICKETS)


def worth_labelling(user: User, most: int) -> list[int]:
    """Return the ids of at most `most` tickets where a person's word teaches most.

    Of texts that are alike only the one whose two likeliest topics are nearest to each
    other, which tells most about where they part (Scheffer, Decomain and Wrobel 2001);
    the nearest first, but one of each likeliest topic before a second of any.
    """
    found = [min(one.tickets, key=_lead) for one in unsure_groups(user).groups]
    turns: Counter[int | None] = Counter()
    ranked = []
    for ticket in sorted(found, key=_lead):
        ranked.append((turns[ticket.guess], ticket))
        turns[ticket.guess] += 1
    # Sorting keeps the order of those that have the same turn.
    return [ticket.pk for _, ticket in sorted(ranked, key=itemgetter(0))][:most]


def _lead(ticket: Unsure) -> tuple[float, int]:
    """How sure the model was, the newest first where it was as sure."""
    return ticket.lead, -ticket.pk


def _guess(tickets: Sequence[Unsure]) -> int | None:
    """The topic that is likeliest for most of them."""
    guesses = Counter(one.guess for one in tickets if one.guess)
    return guesses.most_common(1)[0][0] if guesses else None


def _unsure(user: User) -> list[Unsure]:
    """The newest first, by an index that knows those that are live and unsure."""
    seen, values = visible(user)
    rows = fetch(
        f"""SELECT k.id, k.public_id, k.excerpt, coalesce(left(m.text, %(most_text)s),
                   k.excerpt),
                   (likeliest->0->>'topic')::bigint,
                   coalesce((likeliest->0->>'confidence')::float8, 0)
                     - coalesce((likeliest->1->>'confidence')::float8, 0)
              FROM webcare_ticket k
              LEFT JOIN conversations_message m ON m.id = k.last_inbound_id
              LEFT JOIN LATERAL (
                   SELECT e.data->'why'->'model'->'alternatives' AS likeliest
                     FROM webcare_ticketevent e
                    WHERE e.ticket_id = k.id AND e.kind = 'classified'
                    ORDER BY e.id DESC LIMIT 1) AS told ON true
             WHERE k.topic_by = 'unsure' AND k.status = ANY(%(live)s) AND {seen}
             ORDER BY k.opened_at DESC, k.id DESC LIMIT %(most)s""",
        {
            **values,
            "live": sorted(LIVE),
            "most": MOST_TICKETS + 1,
            "most_text": MOST_TEXT,
        },
    )
    return [Unsure(*row) for row in rows]
