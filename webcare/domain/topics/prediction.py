"""What a model makes of a text, for those who have none of its libraries."""

from dataclasses import dataclass

BY_WORDS, BY_MEANING, BY_EXAMPLES = "words", "meaning", "examples"
Reason = tuple[str, float]  # a word, and what it weighed


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model makes of one text. `topic` is None when it is not sure enough.

    `confidence` is that of the likeliest topic, calibrated: of all answers given with
    0.8, eight in ten are right. `alternatives` are the likeliest topics with theirs,
    best first, the chosen one included. `why` are the words that put the likeliest
    topic ahead of the next, with how much they weighed. `led_by` says whether its
    words were enough, or what it means was looked at too, or whether what people said
    since the training gave it another topic.
    """

    topic: int | None
    confidence: float
    alternatives: tuple[tuple[int, float], ...] = ()
    why: tuple[Reason, ...] = ()
    led_by: str = BY_WORDS


NO_IDEA = Prediction(topic=None, confidence=0.0)
