"""What decides about topics now: the published model, and what people said since.

Numpy and scipy come with it: it is imported by the first text that is asked about.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings

from conversations.models.bulk import fetch
from webcare.domain.topics.encoder import Encoder, packaged_encoder
from webcare.domain.topics.felt import by_examples_alone
from webcare.domain.topics.heirs import last_heirs
from webcare.domain.topics.memory import NO_MEMORY, Memory
from webcare.domain.topics.model import TopicModel as Classifier
from webcare.domain.topics.prediction import Prediction
from webcare.domain.topics.vectors import Floats, from_kept, kept
from webcare.models import TopicModel
from webcare.queries.models import encoder_name, load

# New examples that are felt before a training takes them over; a training comes long
# before there are so many.
MOST_REMEMBERED = 500


class Deciding(NamedTuple):
    """What decides now: a version, its classifier, and what people said since.

    `newest` is the newest example that is felt, 0 without any; `gone` are topics that
    are in use no more, and what took them over. These, the version and the text make
    the answer.
    """

    version: int | None
    classifier: Classifier | None
    memory: Memory
    newest: int
    gone: Mapping[int, int | None]
    mark: str = ""  # which examples are felt, as what

    def basis(self, text: str) -> dict[str, Any]:
        """What a decision has to name, beside version and newest example, so that it
        can be made again."""
        known = set(self.classifier.topics) if self.classifier else set()
        return {
            "text": digest_of(text),
            "wanted": settings.TOPIC_PRECISION,
            "encoder": encoder_name(),
            "felt": self.mark if self.memory.topics else "",
            "gone": {str(pk): into for pk, into in self.gone.items() if pk in known},
        }

    def predict(
        self, texts: Sequence[str], wanted: float | None = None
    ) -> Sequence[Prediction | None]:
        """One answer for each text; None for all where nothing was ever taught.

        Sure are those of which the share `wanted` is right, by default the desk's.
        """
        return self._predict(texts, wanted, _encoder())

    def predict_by_words(
        self, texts: Sequence[str], wanted: float | None = None
    ) -> Sequence[Prediction | None]:
        """The same without a second opinion: for what costs more than it is worth."""
        return self._predict(texts, wanted, None) if texts else ()

    def _predict(
        self, texts: Sequence[str], asked: float | None, encoder: Encoder | None
    ) -> Sequence[Prediction | None]:
        wanted = settings.TOPIC_PRECISION if asked is None else asked
        if self.classifier is not None:
            return self.classifier.predict(
                texts,
                wanted=wanted,
                encoder=encoder,
                memory=self.memory,
                gone=self.gone,
            )
        if self.memory.topics:
            return by_examples_alone(self.memory, texts, wanted, encoder)
        return [None] * len(texts)


def digest_of(text: str) -> str:
    """What is kept of a text to know it again."""
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def deciding() -> Deciding:
    """Return what decides now: one small statement while nothing changes.

    The arrays come from PostgreSQL once per machine, and are mapped from disk by all
    its processes; new examples are read by each process when there is a new one.
    """
    [[version, name, last, retired, count, newest, mark]] = fetch(
        f"""SELECT m.id, m.public_id, coalesce(m.last_example, 0),
                   (SELECT array_agg(ARRAY[id, coalesce(merged_into_id, 0)])
                      FROM webcare_topic WHERE retired_at IS NOT NULL), felt.*
             FROM (SELECT) AS one
             LEFT JOIN webcare_topicmodel m ON m.state = 'published'
            CROSS JOIN LATERAL (
                 SELECT count(*), coalesce(max(id), 0),
                        {_MARK}
                   FROM ({_REMEMBERED.format(last="coalesce(m.last_example, 0)")}) AS e
                 ) AS felt""",
        [],
    )
    memory = _remembered(last, mark, encoder_name()) if count else NO_MEMORY
    classifier = load(version, name) if version else None
    gone = last_heirs({pk: into or None for pk, into in retired or ()})
    return Deciding(version, classifier, memory, newest, gone, mark)


def deciding_then(
    version: int | None, newest: int, basis: Mapping[str, Any], at: datetime
) -> Deciding | None:
    """Return what decided at a moment, by what its decisions name.

    None where examples that were felt then are gone, or are of other topics now.
    Raises TopicModel.DoesNotExist and UnreadableModel.
    """
    name, last, classifier = None, 0, None
    if version:
        rows = TopicModel.objects.filter(pk=version)
        name, last = rows.values_list("public_id", "last_example").get()
        classifier = load(version, name)
    memory = NO_MEMORY
    if basis["felt"]:
        rows_then = fetch(_FELT_THEN, {"last": last, "newest": newest, "at": at})
        [[mark]] = fetch(
            f"SELECT {_MARK} FROM unnest(%s::bigint[], %s::bigint[])"
            " AS e(id, topic_id)",
            [[row[0] for row in rows_then], [row[1] for row in rows_then]],
        )
        if mark != basis["felt"]:
            return None
        memory = _memory_of(rows_then, basis["encoder"])
    gone = {int(pk): into for pk, into in basis["gone"].items()}
    return Deciding(version, classifier, memory, newest, gone, basis["felt"])


_FELT_THEN = f"""
    SELECT * FROM (
        SELECT e.id, e.topic_id, e.text, e.vector, e.encoder
          FROM webcare_topicexample e
          JOIN webcare_topic t ON t.id = e.topic_id
           AND (t.retired_at IS NULL OR t.retired_at > %(at)s)
         WHERE e.id > %(last)s AND e.id <= %(newest)s
         ORDER BY e.id DESC LIMIT {MOST_REMEMBERED}) AS felt ORDER BY id"""


# Says which examples there are, as what.
_MARK = "coalesce(sum(hashint8extended(e.id, e.topic_id)), 0)::text"
_REMEMBERED = f"""
    SELECT e.id, e.topic_id FROM webcare_topicexample e
      JOIN webcare_topic t ON t.id = e.topic_id AND t.retired_at IS NULL
     WHERE e.id > {{last}} ORDER BY e.id DESC LIMIT {MOST_REMEMBERED}"""


@lru_cache(maxsize=1)
def _remembered(last: int, mark: str, encoder: str) -> Memory:
    """Read what `mark` stands for: which examples, of which topics."""
    rows = fetch(
        f"""SELECT e.id, e.topic_id, e.text, e.vector, e.encoder
              FROM webcare_topicexample e
              JOIN ({_REMEMBERED.format(last="%s")}) AS felt USING (id)
             ORDER BY e.id""",
        [last],
    )
    return _memory_of(rows, encoder)


def _memory_of(rows: Sequence[tuple[Any, ...]], encoder: str) -> Memory:
    """Of rows of id, topic, text, vector and encoder, the oldest first."""
    if not rows:
        return NO_MEMORY
    known = np.zeros((0, 0), dtype=np.float32)
    if encoder:
        known = np.stack([_vector(pk, *kept) for pk, _, *kept in rows])
    return Memory.of([row[2] for row in rows], [row[1] for row in rows], known)


def _vector(example: int, text: str, vector: bytes | None, name: str) -> Floats:
    """What an example means: as it is kept, or found out once by each process."""
    if vector is not None and name == encoder_name():
        return from_kept(bytes(vector))
    return _meant(example, text)


@lru_cache(maxsize=2 * MOST_REMEMBERED)
def _meant(example: int, text: str) -> Floats:
    """Asked alone, so that every process finds the same."""
    encoder = _encoder()
    assert encoder is not None
    return from_kept(kept(encoder.encode([text])[0]))


def _encoder() -> Encoder | None:
    return packaged_encoder() if encoder_name() else None
