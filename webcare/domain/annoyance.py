"""Does somebody want us gone? "Stop messaging me", "laat me met rust", "reported you".

Added value has a shadow: whoever butts in can annoy. What counts is said to us and
about our messages, in words that leave no doubt, in Dutch or English: to stop, to be
left alone, that we were reported or blocked, that nobody asked us. Anger about the
matter itself is none of it: a power cut that has to stop, an outage that was reported,
a card that is blocked, a call that never came. It is changed here, with its edition.
"""

import re
import unicodedata
from typing import NamedTuple

EDITION = 1
LONGEST = 2_000  # characters; who writes more, has more to say


class Annoyance(NamedTuple):
    """Whether somebody wants us gone; `why` names a list, never a word read."""

    is_annoyed: bool
    why: str


def read_annoyance(text: str) -> Annoyance:
    """Return what we make of a text: the first list that speaks, or nothing."""
    small, plain = " ".join(text[:LONGEST].casefold().split()), ""
    for why, sign in _SIGNS:
        # Most texts have none of the words of a list: to look for those is cheap.
        if any(map(small.__contains__, _HINTS[why])):
            plain = plain or _plain(small)
            if sign.search(plain):
                return Annoyance(True, why)
    return Annoyance(False, "")


def _plain(text: str) -> str:
    """The same without accents."""
    if text.isascii():
        return text
    spread = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(c for c in spread if not unicodedata.combining(c))


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns))


# Said to us, at the start of a sentence or after a word that begs.
_TOLD = (
    r"(?:^|[.!?,;:)\-]\s*|@\S+\s+|\b(?:please|pls|just|so|and|en|dus|nu|alsjeblieft|aub"
    r"|graag|gewoon|kindly|now)\s+)"
)
_US = r"(?:jullie|u|je|jij|dit account|deze pagina|this account|this page|you)"
_ENDS = r"(?=\s*(?:$|[.!,;)]|anymore|again|ever|please|now|meer|aub|alsjeblieft|nu\b))"
_NO_MORE = r"(?:again|any ?more|ever again|ever|at all)\b"
_SIGNS = (
    (
        "stop",
        _any(
            r"\bstop (?:with )?(?:messaging|texting|contacting|tagging|e-?mailing|dming"
            r"|dm'?ing|bothering|harassing|spamming|stalking|replying|responding"
            r"|following|writing)\b(?! my)",
            r"\bstop (?:sending|calling|asking|writing) (?:me|us|these|those|this"
            r"|messages|dms|texts|e-?mails|spam)\b(?!\s+(?:\w+ ){0,2}(?:bills?"
            r"|invoices?|parcels?|packages?|letters|catalogues?|reminders)\b)",
            r"\b(?:stop|hou|houd|kap|nok|schei) (?:nou |toch |eens |nu |er |hier )*"
            r"(?:op |uit |even )?(?:met |mee )(?:het |dat |die |al die |mij |me |ons )*"
            r"(?:te )?(?:spammen|appen|mailen|bellen|berichten|taggen|reageren|sturen"
            r"|lastigvallen|volgen|stalken|spam|reacties|bemoeien|berichtjes|dm'?s)\b",
            r"\bstop (?:nou |nu |toch )?mij (?:lastig te vallen|te \w+en)\b",
        ),
    ),
    (
        "alone",
        _any(
            r"\bleave (?:me|us) (?:the (?:hell|fuck) |well )?alone\b",
            r"\blaat (?:me|mij|ons) (?:nou |nu |toch |eens |gewoon |verder |eindelijk "
            r"|alsjeblieft )*(?:met rust|in vrede|with rust)\b",
            r"\bwil(?:len)? (?:gewoon |nu |verder )*met rust gelaten\b",
            r"\bwant to be left alone\b",
            r"\bval (?:me|mij|ons) (?:niet (?:meer |langer |verder )?)lastig\b",
        ),
    ),
    (
        "opt out",
        _any(
            _TOLD + r"(?:do not|don'?t|never) (?:ever )?(?:contact|message|text|dm|tag"
            r"|write to|reply to|e-?mail|call|approach) (?:me|us) " + _NO_MORE,
            _TOLD + r"(?:do not|don'?t|never) (?:ever )?(?:contact|message|dm|tag"
            r"|approach) (?:me|us)\s*(?:$|[.!])",
            r"\b(?:do not|don'?t) want (?:any |to get |to receive |your )*(?:more )?"
            r"(?:messages|dms|replies|texts|contact|help)\b(?: from| with)? "
            r"(?:you|this)\b",
            r"\b(?:no more|no further) (?:messages|dms|replies|contact)\b"
            r"(?=.{0,12}$|[.!,]| from you| please)",
            r"\b(?:take|remove) me (?:from|off) (?:your|this) (?:list|mailing)",
            r"\bunsubscribe me\b",
            _TOLD + r"(?:stuur|app|mail|bel|bericht|tag|dm|benader) (?:me|mij|ons) "
            r"(?:niet|geen|nooit)(?: \w+)? meer\b(?! terug| op)",
            r"\bneem (?:aub |alsjeblieft |nooit |maar )*(?:geen|nooit) (?:meer )?"
            r"contact (?:meer )?(?:(?:met|meer met) (?:mij|me|ons) )?(?:meer )?op\b",
            r"\bwil(?:len)? (?:echt |gewoon )*(?:geen|niet)(?: meer)? (?:\w+ )?"
            r"(?:berichten|reacties|dm'?s|benaderd|gemaild|lastiggevallen|geappt|bemoeienis"
            r")(?: meer)?\b(?! gemist)",
            r"\bhaal (?:me|mij) (?:van|uit) (?:je|jullie|uw|die|deze) \w*lijst\b",
            r"\bmeld (?:me|mij) af voor (?:deze|dit|jullie|die) (?:berichten|mails)",
        ),
    ),
    (
        "reported",
        _any(
            r"\b(?:i(?:'ve| have|'m| am)? )?(?:just |already )?(?:reported|reporting"
            r"|blocked|blocking|muted|muting) (?:you|your account|this account)\b"
            r"(?! (?:a|an|the|that|about|this|my|last|in|on|yesterday|via|by|twice|for "
            r"(?!spam|harass)))",
            r"\b(?:i'll|i will|going to|gonna|about to) (?:report|block|mute) "
            r"(?:you|your account|this account)\b",
            r"\breported (?:as|for) (?:spam|harassment|abuse)\b",
            rf"\b(?:ik )?(?:rapporteer|blokkeer|mute) {_US}\b",
            rf"\bga(?:an)? {_US} (?:nu )?(?:rapporteren|blokkeren|muten)\b",
            rf"\bheb(?:ben)? {_US} (?:nu |net |al |meteen |maar )*(?:gerapporteerd"
            r"|geblokkeerd|gemute)\b",
            r"\b(?:gerapporteerd|gemeld|aangegeven) als spam\b(?!\s*\?)",
            r"^(?:gerapporteerd|geblokkeerd|reported|blocked)(?: en (?:gerapporteerd"
            r"|geblokkeerd)| and (?:reported|blocked))?\s*[.!]*$",
        ),
    ),
    (
        "unwanted",
        _any(
            r"\b(?:this is|dit is|that is|dat is) (?:gewoon |just |pure |plain )?"
            r"(?:spam|harassment|stalking|intimidatie)\b(?!\s*\?| or| of)",
            r"\b(?:nobody|no one|no-one) asked (?:you|for your)\b",
            r"\bwho asked (?:you|for your)\b",
            rf"\b(?:niemand|wie) (?:heeft )?{_US} (?:iets |wat |om \w+ )?gevraagd\b",
            rf"\bniemand (?:vroeg|vraagt) (?:iets )?(?:aan )?{_US}\b",
            r"\bmind your own business\b",
            r"\bbemoei (?:je|jullie|u) (?:er |hier )?(?:niet mee|met je eigen"
            r"|met jullie eigen)\b",
            r"\bget (?:out of|off) my (?:mentions|dms?|timeline|inbox|replies)\b",
            r"\b(?:blijf|ga|rot op) (?:uit|van|weg uit) (?:mijn|m'n) (?:mentions|dm'?s?"
            r"|timeline|tijdlijn|inbox)\b",
            _TOLD + r"(?:go away|get lost|fuck off|piss off|bugger off|rot op"
            r"|sodemieter op|donder op|flikker op|opzouten|ga weg)" + _ENDS,
        ),
    ),
)
# One of these is in every text that a list can speak of.
_HINTS = {
    "stop": ("stop ", "hou ", "houd ", "kap ", "nok ", "schei "),
    "alone": ("alone", "rust", "vrede", "lastig"),
    "opt out": (
        *("again", "anymore", "any more", "ever", "at all", "contact", "messag"),
        *("dm", "tag ", "approach", "want", "no more", "no further", "take me"),
        *("remove me", "unsubscribe", "meer", "bericht", "reactie", "benaderd"),
        *("gemaild", "lastig", "geappt", "bemoeienis", "lijst", "meld m"),
    ),
    "reported": ("report", "block", "mut", "rapport", "blokk", "spam"),
    "unwanted": (
        *("spam", "harass", "stalk", "intimid", "asked", "gevraagd", "vroeg"),
        *("vraagt", "mind your", "bemoei", "mentions", "timeline", "tijdlijn"),
        *("inbox", "dm", "replies", "go away", "get lost", "fuck", "piss", "bugger"),
        *("rot op", "sodemieter", "donder", "flikker", "opzouten", "ga weg"),
    ),
}
