"""The examples that a text resembles most, of those that spoke for its topics.

Numpy and scipy come with it: it is imported by the first text that is asked about.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np

from conversations.models.bulk import fetch
from webcare.domain.topics.features import pieces_of
from webcare.domain.topics.likeness import likeness
from webcare.domain.topics.model import TopicModel as Classifier
from webcare.domain.topics.vectors import weigh
from webcare.models import User
from webcare.queries.people import called
from webcare.queries.sight import known_topics, visible

NEAREST = 5
# So many of the newest are compared, of those that share a word with the text.
MOST_COMPARED = 400
MOST_WORDS = 30


class Near(NamedTuple):
    """An example, how much the text resembles it (0 to 1), and who gave it."""

    topic: int
    text: str
    likeness: float
    given_at: datetime
    by: UUID | None
    by_name: str | None


def nearest_examples(
    user: User,
    text: str,
    topics: Sequence[int],
    newest: int,
    ticket: int,
    classifier: Classifier | None,
) -> list[Near]:
    """Return the examples of `topics` nearest to `text`, the nearest first.

    Of those up to `newest`, without those that `ticket` gave; and of those that came
    from other tickets, the ones that `user` may see. One statement.
    """
    rows = _candidates(user, text, topics, newest, ticket)
    near = _near(text, [row[1] for row in rows], classifier)
    ranked = sorted(range(len(rows)), key=lambda n: (-near[n], -n))[:NEAREST]
    return [
        Near(rows[n][0], rows[n][1], round(near[n], 3), *rows[n][2:])
        for n in ranked
        if near[n] > 0
    ]


def _candidates(
    user: User, text: str, topics: Sequence[int], newest: int, ticket: int
) -> list[tuple[Any, ...]]:
    seen, values = visible(user)
    known = known_topics(user)
    words = _words(text)
    if not words:
        return []
    return fetch(
        f"""SELECT e.topic_id, e.text, e.given_at, u.public_id, {called("u")}
              FROM webcare_topicexample e
              LEFT JOIN webcare_user u ON u.id = e.given_by_id
              LEFT JOIN webcare_ticketmessage tm ON tm.message_id = e.message_id
              LEFT JOIN webcare_ticket k ON k.id = tm.ticket_id
             WHERE e.topic_id = ANY(%(topics)s) AND e.id <= %(newest)s
               AND (%(known)s::bigint[] IS NULL OR e.topic_id = ANY(%(known)s))
               AND (e.message_id IS NULL OR k.id <> %(ticket)s AND {seen})
               AND to_tsvector('simple', e.text) @@ to_tsquery('simple', %(words)s)
             ORDER BY e.id DESC LIMIT %(most)s""",
        {
            **values,
            "topics": list(topics),
            "known": None if known is None else sorted(known),
            "newest": newest,
            "ticket": ticket,
            "words": " | ".join(f"'{word}'" for word in words),
            "most": MOST_COMPARED,
        },
    )


def _words(text: str) -> list[str]:
    """The longest words, which say most; letters and digits alone."""
    found = set("".join(_sign(one) for one in text.lower()).split())
    return sorted((one for one in found if len(one) > 2), key=len)[-MOST_WORDS:]


def _sign(sign: str) -> str:
    return sign if sign.isalnum() else " "


def _near(
    text: str, others: Sequence[str], classifier: Classifier | None
) -> Sequence[float]:
    """How near each is: by the weights of the model, or by what is rare among them."""
    if not others:
        return []
    pieces = pieces_of([text, *others])
    if classifier is None:
        return likeness(pieces)[0, 1:].tolist()  # type: ignore[no-any-return]
    rows = weigh(pieces, classifier.ids, classifier.idf).matrix(len(classifier.ids))
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    found = (rows[1:] @ rows[[0]].T).toarray().ravel()
    near = found / np.maximum(lengths[1:] * lengths[0], 1e-9)
    return near.tolist()  # type: ignore[no-any-return]
