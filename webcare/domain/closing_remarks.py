"""Is this a last word, to which nobody has to answer? "Thanks!", "top, opgelost 👍".

Every word has to be one that last words are made of, and one at least has to thank,
praise or say that it is solved. A question, a denial, a wish, a plan, a trouble, a
number or anything else unknown makes it a message like any other: somebody who is
left waiting by mistake costs more than a ticket opened for nothing. It reads each
word once, in Dutch and English, and is changed here, with its edition.
"""

import re
import unicodedata
from typing import NamedTuple

EDITION = 1
SURE = 0.9  # the share of the words that have to be known
LONGEST = 200  # characters; last words are short


class Remark(NamedTuple):
    """Whether it is a last word; `why` names a list of words, never a word read."""

    is_closing: bool
    score: float
    why: str


def read_remark(text: str, *, has_attachment: bool = False) -> Remark:
    """Return what we make of a text; an attachment always has to be looked at."""
    if has_attachment:
        return _normal("attachment")
    if len(text) > LONGEST:
        return _normal("long")
    plain = _plain(text)
    for why, sign in _SIGNS:
        if sign.search(plain):
            return _normal(why)
    words, found = _without_phrases(_MENTION.sub(" ", plain))
    for word in words:
        if word in _ANOTHER:
            return _normal(_ANOTHER[word])
    return _weigh(words, found, is_named=_NAME.search(text) is not None)


def _weigh(words: list[str], found: set[str], *, is_named: bool) -> Remark:
    """`found` is what whole phrases said already."""
    said = found | {_CLOSING[word] for word in words if word in _CLOSING}
    unknown = [word for word in words if word not in _CLOSING and word not in _BESIDE]
    why = next((why for why in _WEIGHT if why in said), "")
    if not why:
        return _normal("nothing said")
    # Thanks are for somebody, greetings from somebody: the last word may be a name.
    if is_named and "thanks" in said and unknown == words[-1:]:
        unknown = []
    score = 1 - len(unknown) / (len(words) + len(found))
    score = round(score, 2)
    return Remark(score >= SURE, score, why if score >= SURE else "other words")


def _normal(why: str) -> Remark:
    return Remark(False, 0.0, why)


def _plain(text: str) -> str:
    """Small letters without accents, emoji without their skin and shape."""
    spread = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return "".join(
        c for c in spread if not unicodedata.combining(c) and not _is_shape(c)
    )


def _is_shape(c: str) -> bool:
    return c in "\u200d\ufe0f\ufe0e" or "\U0001f3fb" <= c <= "\U0001f3ff"


# A last word with a capital that is not the first, as names have.
_NAME = re.compile(r"[^\W\d_][\s,]+[A-Z][^\W\d_A-Z]+[\s.!]*$")
_MENTION = re.compile(r"^\s*(?:@[\w.-]+[\s,:]*)+")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|[^\w\s.,!;:()'\"\-–—*~/&+]")
_SIGNS = (
    ("question", re.compile(r"[?¿]")),
    ("link", re.compile(r"https?:|www\.")),
    ("number", re.compile(r"\d")),
    ("trailing off", re.compile(r"\.\.|…")),
)
# What weighs most comes first: the reason that is shown.
_WEIGHT = ("thanks", "solved", "praise", "emoji")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CLOSING: dict[str, str] = {
    word: why
    for why, words in {
        "thanks": """
            bedankt dank dankje dankjewel dankjulliewel dankuwel dankzij
            thanks thank thankyou thx thnx tnx thanx tx ty tysm tyvm
            cheers merci mercikes gracias bedankje appreciated appreciate
            appreciating grateful gratitude""",
        "solved": """
            opgelost gelukt geholpen gefixt gerepareerd hersteld solved
            fixed sorted resolved repaired restored worked helped helpt""",
        "praise": """
            top toppie topper toppers super superfijn perfect perfecto
            prima geweldig fantastisch fantastic great brilliant awesome
            excellent lovely wonderful amazing superb fab fabulous mooi
            fijn tof uitstekend keurig klasse chapeau hulde held helden
            hero heroes legend legends duidelijk helder begrepen
            understood clear helpful behulpzaam cool nice lief
            geruststellend best rock sweet neat hartverwarmend
            voortreffelijk subliem vlot netjes blij happy pleased tevreden""",
        "emoji": "👍 🙏 ❤ 😊 🙂 😀 😃 😄 😁 🤗 👌 🙌 💕 💖 💙 💚 💛 🧡 💜 😍 🥰 😘 🎉 "
        "✅ ✔ 💪 😎 🤝 🌹 💐 🌷 🌞 ☺ 🥳 ♥ 💗 🍀",
    }.items()
    for word in words.split()
}
# These stand beside them and say nothing else.
_BESIDE = _words(
    """
    je hij zij ze he she they binnen jij jou jouw jullie u uw ik mij me we wij ons
    onze het de een dit dat die deze is was zijn bent ben heb hebt heeft hebben
    ook en voor aan van met in op bij door dan heel erg zeer echt zo'n hele wel ja
    yes yep jep oke ok okay okidoki okee oki okiedokie goed goede helemaal
    hartelijk hartelijke hartstikke harstikke veel duizendmaal ontzettend enorm
    snel snelle vlotte hulp reactie antwoord uitleg tip tips info informatie
    service bericht berichtje berichten moeite tijd geduld meedenken oplossing
    oplossen ondersteuning advies zorgen inzet terugbellen bellen terugkoppeling
    medewerking medewerker medewerkers collega collegas collega's monteur monteurs
    team allemaal allen iedereen man vrouw mensen lieverd jongens meneer mevrouw
    dag avond middag morgen ochtend weekend week werkdag fijne prettige mooie
    prettig nacht groet groetjes groeten gr mvg vriendelijke vriendelijk
    vriendelijkheid mocht weten te om alles meteen gelijk direct ah aha wauw wow
    zeg hoera joepie gauw pakket pakketje bestelling gefeliciteerd wens toe
    hiervoor daarvoor hierbij heerlijk gebeld door net inmiddels nu weet genoeg
    compliment complimenten voelt rap rappe keurige nette aardig aardige
    duidelijke heldere goeie juiste lieve zorgvuldige afhandeling behandeling
    contact gesprek begrip meegedacht verder verdere

    you your you're youre u're guys folks everyone everybody all team people mate
    buddy pal dude sir madam i i'm im my we our us it it's its the a an this that
    that's thats these those is was are were am be been have has had for to of
    with and so very much really truly lot lots bunch ton tons million again many
    kind kindly kindest warm best regards wishes greetings sincerely x xx xxx
    quick quickly fast faster speedy prompt swift help helping reply response
    responding replying answer answering assistance support info information
    advice explanation explaining clarifying tip tips letting know getting back
    sorting fixing solving resolving handling making taking looking into time
    patience effort efforts understanding service work job everything great stuff
    now already just got get ok okay okey k alright right well done good fine too
    also day days evening afternoon morning night weekend week one nice ah yay
    yeah yep yup wow indeed absolutely certainly engineer engineers colleague
    colleagues technician technicians care taken update updates out here up do did
    does made hi hello hey hallo hoi dear beste sure in on at by as parcel package
    order delivery thorough thoroughly clarification
    """
)
# One of these, and it says something else as well.
_ANOTHER: dict[str, str] = {
    word: why
    for why, words in {
        "denial": """
            niet niets niks geen nooit nergens nee neen nauwelijks zonder
            not no never nothing none nobody nowhere without don't dont
            doesn't doesnt didn't didnt isn't isnt wasn't wasnt won't wont
            can't cant cannot couldn't haven't hasn't nope hardly neither""",
        "but": """
            maar echter toch alleen behalve tenzij ondanks helaas jammer
            but however although though yet except unless despite
            unfortunately only still nog steeds alsnog pas weer opnieuw
            eigenlijk actually anyway nou tja hoor""",
        "question": """
            wie wat waar waarom wanneer hoe hoelang hoeveel welke welk
            waarvoor waarmee who what where why when how which whose vraag
            vraagje vragen question questions mogelijk possible nieuws
            news""",
        "wish": """
            graag alvast kan kun kunt kunnen kon zou zouden wil wilt
            willen wilde moet moeten mag mogen stuur sturen bel verwacht
            hoop hopelijk please pls plz can could would should must want
            wants wanted need needs like wish hope hopefully expect send
            call email mail advance let refund cancel opzeggen wijzigen
            terugbetaling geld money vergoeding schadevergoeding korting
            compensatie compensation else""",
        "plan": """
            wacht wachten afwachten zal zullen straks later overmorgen
            vanmiddag vanavond morgenochtend hopen probeer proberen ga
            gaan will i'll we'll going gonna try tomorrow tonight wait
            waiting await soon meanwhile until tot zie see""",
        "trouble": """
            probleem problemen storing storingen klacht klachten fout
            fouten kapot stuk defect verkeerd verkeerde schade vertraging
            gemist kwijt traag duur slecht slechte uit donker rook gas
            gaslucht brand ruik ruikt stinkt lek gevaar vonken problem
            problems issue issues complaint complaints wrong broken
            damaged damage missing lost late slow bad worse worst terrible
            awful horrible useless ridiculous joke shame disgrace
            disappointed disappointing angry smell smells smoke fire leak
            danger sparks down off outage fault error fail failed fails
            failing crash empty dead waste wasting hours twice charged
            waardeloos waardeloze schandalig schande belachelijk prutsers
            triest boos teleurgesteld teleurstellend onacceptabel
            unacceptable another""",
    }.items()
    for word in words.split()
}
# Read as one, before their words are: what they say, or "" for nothing.
_PHRASES: dict[str, str] = {
    phrase: why
    for why, phrases in {
        "thanks": (
            "dank je wel hoor",
            "dank u wel hoor",
            "dankjewel hoor",
            "bedankt hoor",
            "thanks again",
            "thank you again",
            "nogmaals bedankt",
            "nogmaals dank",
            "graag gedaan",
        ),
        "solved": (
            "werkt weer",
            "werkt nu weer",
            "werkt nu",
            "werkt inmiddels weer",
            "doet het weer",
            "doet het nu weer",
            "doen het weer",
            "stroom is er weer",
            "weer stroom",
            "er is weer stroom",
            "weer licht",
            "weer internet",
            "weer gas",
            "weer water",
            "probleem is opgelost",
            "probleem opgelost",
            "storing is verholpen",
            "storing verholpen",
            "is binnen",
            "binnen gekregen",
            "goed aangekomen",
            "is aangekomen",
            "goed ontvangen",
            "heb ontvangen",
            "al ontvangen",
            "works now",
            "works again",
            "working now",
            "working again",
            "works perfectly",
            "power is back",
            "power again",
            "back on",
            "back up",
            "problem solved",
            "problem is solved",
            "problem fixed",
            "issue resolved",
            "issue solved",
            "issue fixed",
            "issue is resolved",
            "just arrived",
            "has arrived",
            "parcel arrived",
            "package arrived",
            "order arrived",
            "received it",
            "did the trick",
            "all good",
            "all good now",
        ),
        "praise": (
            "mooi zo",
            "wat een service",
            "wat een snelle",
            "wat een goede",
            "wat een fijne",
            "wat fijn",
            "wat goed",
            "wat lief",
            "wat snel",
            "what a service",
            "what great",
            "makes sense",
            "got it",
            "good to know",
            "goed om te weten",
            "goed te weten",
        ),
        "": (
            "geen probleem",
            "no problem",
            "no worries",
            "niks te danken",
            "avond nog",
            "dag nog",
            "weekend nog",
            "middag nog",
            "nog een fijne",
            "nog een prettige",
            "nog een mooie",
            "nog een goede",
            "jij ook",
            "u ook",
            "dat was het",
            "dat was alles",
            "that is all",
            "that's all",
            "that was it",
        ),
    }.items()
    for phrase in phrases
}
_MOST_WORDS = max(len(phrase.split()) for phrase in _PHRASES)


def _without_phrases(text: str) -> tuple[list[str], set[str]]:
    """The words that are in no phrase, and what the phrases say."""
    given = _WORD.findall(text)
    rest: list[str] = []
    found: set[str] = set()
    at = 0
    while at < len(given):
        for size in range(min(_MOST_WORDS, len(given) - at), 1, -1):
            if (phrase := " ".join(given[at : at + size])) in _PHRASES:
                found.add(_PHRASES[phrase])
                at += size
                break
        else:
            rest.append(given[at])
            at += 1
    return rest, found
