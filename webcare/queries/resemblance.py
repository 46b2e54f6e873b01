"""What was said before: an author's other tickets, and answers to tickets like one."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Resolution
from webcare.domain.redaction import redact
from webcare.domain.search import words_of
from webcare.exceptions import Invalid
from webcare.models import Ticket, User
from webcare.queries.inbox import in_words
from webcare.queries.search import Hit, search
from webcare.queries.sight import known_topics, visible
from webcare.queries.ticket_filters import Wanted

MOST_EARLIER = 5
MOST_ANSWERED = 3
MOST_WORDS = 12
# Of so many that are most alike, the ones resolved last are shown.
NEAREST = 10
# Less like it than so much of the likest is something else: one word of two is shared.
LIKE_ENOUGH = 0.6


class Earlier(NamedTuple):
    """Another ticket of the same author."""

    number: int
    public_id: UUID
    status: str
    resolution: str
    opened_at: datetime
    topic: str

    @property
    def outcome(self) -> str:
        """What became of it, or how it stands."""
        if self.resolution:
            return str(Resolution(self.resolution).label)
        return str(Status(self.status).label)


class Answered(NamedTuple):
    """A ticket like this one, and what was answered there, without personal data."""

    number: int
    public_id: UUID
    asked: str
    resolved_at: datetime
    text: str


def earlier_of(user: User, ticket: Ticket) -> tuple[list[Earlier], bool]:
    """Return the newest of the author's other tickets that `user` may see, and whether
    there are more. A topic that they may not know of has no name."""
    seen, values = visible(user)
    known = known_topics(user)
    rows = fetch(
        f"""SELECT k.id, k.public_id, k.status, k.resolution, k.opened_at,
                   t.name, t.name_nl
              FROM webcare_ticket k
              LEFT JOIN webcare_topic t ON t.id = k.topic_id
               AND (%(known)s::bigint[] IS NULL OR t.id = ANY(%(known)s))
             WHERE k.author_id = %(author)s AND k.id <> %(ticket)s
               AND k.merged_into_id IS NULL AND {seen}
             ORDER BY k.opened_at DESC, k.id DESC LIMIT {MOST_EARLIER + 1}""",
        {
            **values,
            "author": ticket.author_id,
            "ticket": ticket.pk,
            "known": None if known is None else sorted(known),
        },
    )
    found = [
        Earlier._make([*row[:5], in_words(row[5] or "", row[6] or "")]) for row in rows
    ]
    return found[:MOST_EARLIER], len(found) > MOST_EARLIER


def answered_like(user: User, ticket: Ticket) -> list[Answered]:
    """Return tickets of the same topic that resemble this one and were answered by a
    person, of those that `user` may see; the one resolved last comes first.

    The statements of one search and one more, whatever is found; none without a topic
    or a word.
    """
    words = _words(ticket.excerpt)
    if ticket.topic is None or not words:
        return []
    wanted = Wanted(topic=ticket.topic.slug, status=_DONE)
    try:
        hits = search(user, " OR ".join(words), wanted, None, NEAREST + 1).hits
    except Invalid:  # of a topic that they may not know of
        return []
    others = [hit for hit in hits if hit.ticket != ticket.pk]
    return _answers(user, [hit.ticket for hit in others if _is_like(hit, others[0])])


_DONE = (Status.RESOLVED.value, Status.CLOSED.value)


def _is_like(hit: Hit, likest: Hit) -> bool:
    return hit.rank >= LIKE_ENOUGH * likest.rank


def _words(text: str) -> list[str]:
    """The longest words, which say most."""
    found = dict.fromkeys(word for word in words_of(text) if 3 < len(word) <= 24)
    return sorted(found, key=len, reverse=True)[:MOST_WORDS]


def _answers(user: User, tickets: Sequence[int]) -> list[Answered]:
    seen, values = visible(user)
    if not tickets:
        return []
    rows = fetch(
        f"""SELECT k.id, k.public_id, k.excerpt, k.resolved_at, said.text, said.mark
              FROM webcare_ticket k
             CROSS JOIN LATERAL (
                   SELECT r.text, u.initials AS mark
                     FROM webcare_reply r
                     JOIN conversations_delivery d ON d.id = r.delivery_id
                     JOIN webcare_user u ON u.id = r.author_id
                    WHERE r.ticket_id = k.id AND d.state = 'sent' AND NOT r.holding
                    ORDER BY length(r.text) DESC, r.id DESC LIMIT 1) AS said
             WHERE k.id = ANY(%(tickets)s) AND {seen}
             ORDER BY k.resolved_at DESC NULLS LAST, k.id DESC
             LIMIT {MOST_ANSWERED}""",
        {**values, "tickets": list(tickets)},
    )
    return [
        Answered._make([*row[:2], redact(row[2]), row[3], _unsigned(*row[4:])])
        for row in rows
    ]


def _unsigned(text: str, initials: str) -> str:
    """Without who signed it, and without what belongs to somebody else."""
    mark = f"^{initials}"
    if initials and text.endswith(mark):
        text = text.removesuffix(mark).rstrip()
    return redact(text)
