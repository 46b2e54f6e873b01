"""How people are asked what they thought of it, and how their answer is read."""

import re
from datetime import timedelta

from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webcare.domain.closing_remarks import read_remark
from webcare.domain.lifecycle import UNDO_SECONDS

SCORES = range(1, 6)
LANGUAGES = ("nl", "en")
# Nobody is asked about a second thing while they may still remember the first asking.
REST = timedelta(days=30)
# Changed one's mind, or mistyped: later on, an answer stands.
CORRECTION = timedelta(hours=1)
# A survey that could not be asked for so long is not asked any more.
TOO_LATE = timedelta(days=3)
# Before this, resolving can be undone, and then nothing has ended.
SOONEST_MINUTES = UNDO_SECONDS // 60
LONGEST_QUESTION = 300
LONGEST_COMMENT = 2_000
PATH = "/s/"  # of the link by which somebody answers; its key follows


class SurveyState(TextChoices):
    WAITING = "waiting", gettext_lazy("To be asked")
    ASKED = "asked", gettext_lazy("Asked")
    ANSWERED = "answered", gettext_lazy("Answered")
    EXPIRED = "expired", gettext_lazy("Not answered")
    SKIPPED = "skipped", gettext_lazy("Not asked")


class Skipped(TextChoices):
    """Why somebody was not asked. Counted, so that a fine figure shows whom it lacks.

    The first four are a choice of ours, the others are what stood in the way.
    """

    SWITCHED_OFF = "switched_off", gettext_lazy("Not asked here any more")
    DANGER = "danger", gettext_lazy("It spoke of danger")
    WANTS_PEACE = "wants_peace", gettext_lazy("They asked to be left alone")
    ASKED_LATELY = "asked_lately", gettext_lazy("Asked in the last 30 days")
    LIVE_AGAIN = "live_again", gettext_lazy("The question is open again")
    NO_PRIVATE_WAY = "no_private_way", gettext_lazy("They never wrote in private")
    WINDOW_CLOSED = "window_closed", gettext_lazy("The platform's window is closed")
    NOT_SENDING = "not_sending", gettext_lazy("The channel does not send")
    REFUSED = "refused", gettext_lazy("The platform refused it")
    TOO_LATE = "too_late", gettext_lazy("It could not be sent in time")


def question_in(language: str, own: str) -> str:
    """Return the desk's own question, or the usual one."""
    with translation.override(language):
        return own or _("How did we do?")


def words_of(question: str, language: str, link: str) -> str:
    """Return what is sent in private: the question, and both ways to answer."""
    with translation.override(language):
        return "\n".join(
            (
                f"{question} " + _("Answer with a number: 1 is bad, 5 is very good."),
                _("Or tell us more here: %(link)s") % {"link": link},
            )
        )


def read_score(text: str) -> int | None:
    """Return the score that somebody writes in private, or None for anything else.

    A number of the scale, alone or out of five, after words that say "my score is",
    and with nothing but last words behind it: "4", "een 4!", "5/5, dank je wel".
    "5 dagen", "4 of 5", "10" and all that says more are messages like any other.
    """
    if len(text) > _LONGEST:
        return None
    found = _SCORE.match(_BEFORE.sub("", text.strip()))
    if found is None:
        return None
    rest = _BEHIND.sub("", found["rest"]).strip(_POINTS)
    if rest and not read_remark(rest).is_closing:
        return None
    word = found["word"]
    return _WORDS[word.casefold()] if word else _number(found)


_LONGEST = 120  # characters
_POINTS = " \t\n,.!;:-\u2013\u2014\ufe0f\u20e3"
_WORDS = {
    word: score
    for score, words in enumerate(
        ("één one", "twee two", "drie three", "vier four", "vijf five"), start=1
    )
    for word in words.split()
}
_BEFORE = re.compile(
    r"(?:(?:een|dikke|mijn|het|cijfer|score|rating|waardering|is|ik|geef|jullie|u"
    r"|a|my|the|i|i'd|would|give|say|you)\b[\s:=]*)+",
    re.IGNORECASE,
)
_SCORE = re.compile(
    r"(?:(?P<digit>[1-5])(?![\d%]|[.,:]\d)|(?P<stars>(?:\u2b50\ufe0f?|\u2605){1,5})"
    rf"|(?P<word>{'|'.join(_WORDS)})\b)(?P<rest>[^\u2b50\u2605].*|)$",
    re.IGNORECASE | re.DOTALL,
)
# Out of how many, and of what.
_BEHIND = re.compile(
    r"^\s*(?:(?:/|van de|van|uit|out of)\s*5(?!\d))?"
    r"(?:\s*(?:sterren|ster|stars?|punten|points?)\b)?",
    re.IGNORECASE,
)


def _number(found: re.Match[str]) -> int:
    stars = (found["stars"] or "").replace("\ufe0f", "")
    return int(found["digit"] or len(stars))
