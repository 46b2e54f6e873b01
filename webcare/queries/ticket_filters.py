"""What is asked of a list of tickets, as conditions that an index answers.

Names are looked up first, in one statement, since an index knows ids. A condition that
few tickets meet becomes their ids; whose tickets stand in many queues gets one walk
through each, merged (`branch`), so that nothing is sorted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch, ids
from webcare.domain.counted import Counted
from webcare.domain.lifecycle import LIVE, Status
from webcare.domain.ticket_filters import FIELD, LIVE_ORDERS
from webcare.exceptions import Invalid
from webcare.models import User
from webcare.queries.behind import tickets_of
from webcare.queries.clocks import BROKEN, IS_BROKEN
from webcare.queries.fields import field_conditions
from webcare.queries.sight import visible

NONE = "none"
ME = "me"
# So many tickets are fetched by id and sorted; of more, a list finds a page by walking.
FEW = 1_000
BY_AGE = frozenset({"opened", "-opened"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tickets; None is any. `queue` and `topic` may be NONE, `agent` ME too."""

    status: tuple[str, ...] | None = None
    queue: str | None = None
    topic: str | None = None
    also_topic: str | None = None
    agent: UUID | str | None = None
    channel: str | None = None
    priority: tuple[str, ...] | None = None
    tag: str | None = None
    language: str | None = None
    sentiment: tuple[str, ...] | None = None
    breached: bool | None = None
    danger: bool | None = None
    following: bool | None = None
    external_ref: str | None = None
    opened_after: datetime | None = None
    opened_before: datetime | None = None
    waiting_after: datetime | None = None
    waiting_before: datetime | None = None
    changed_after: datetime | None = None
    author: str | None = None  # by handle, without the @
    ids: tuple[int, ...] | None = None
    counted: Counted | None = None
    q: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def without_words(self) -> "Wanted":
        """The same, for a search that has the words beside it."""
        return replace(self, q=None)

    @property
    def is_common(self) -> bool:
        """Whether it is what every page of work asks for: one plan does for all."""
        return replace(self, status=None, danger=None) == Wanted()

    @property
    def is_live(self) -> bool:
        """Whether tickets that have ended are left out."""
        return self.status is not None and LIVE.issuperset(self.status)


class Asked(NamedTuple):
    """Conditions on the ticket `k`, and how a list of those tickets is walked."""

    where: list[str]
    values: dict[str, Any]
    branch: str = ""  # the column whose `branches` are walked one by one
    by_tag: bool = False  # the walk is through the tag's rows `g`, by their own index


_LIVE = ", ".join(f"'{status}'" for status in sorted(LIVE))
IS_LIVE = f"k.status IN ({_LIVE})"
# A promise that runs is broken, as it was told: within seconds of its moment.
IS_LATE = f"({IS_LIVE} AND {IS_BROKEN})"


def ask(user: User, wanted: Wanted, order: str = "") -> Asked:
    """Return what of `wanted` the user may see, for a list in this order.

    One statement where names are given, none otherwise; behind a figure three more.
    Raises NotAllowed and Invalid where its report does.
    """
    if order in LIVE_ORDERS and wanted.status is None:
        wanted = replace(wanted, status=tuple(LIVE))
    seen, values = visible(user)
    behind, those = _behind(user, wanted)
    known = _known(user, wanted)
    few = f"{_FIGURES}few" in behind
    branch, branches = _branch(wanted, known, values.get("visible"), order, few)
    by_tag = _is_by_tag(known, branch, order)
    # A tag's rows have the queue too: asked of the tickets as well, all of it is read.
    named = replace(wanted, queue=None) if by_tag else wanted
    where = [*_simple(wanted), *_named(named, known)]
    where += _of_tag(wanted, known, branch) if by_tag else _sets(wanted, known, "tag")
    where += _sets(wanted, known, "also_topic", "following", "external_ref", "breached")
    answered, answers = _answered(wanted)
    where += [*answered, *those]
    if branch != "queue_id":  # else the walks are through the queues seen
        where.insert(0, seen)
    values |= answers | _values(user, wanted) | known | {"branches": list(branches)}
    return Asked(where, values | behind, branch, by_tag)


# What a figure is asked by does not meet what the list is.
_FIGURES = "counted_"


def _behind(user: User, wanted: Wanted) -> tuple[dict[str, Any], list[str]]:
    """Values and conditions on tickets behind a figure: few are known by their ids."""
    if wanted.counted is None:
        return {}, []
    source, given = tickets_of(user, wanted.counted)
    source = source.replace("%(", f"%({_FIGURES}")
    values = {f"{_FIGURES}{name}": value for name, value in given.items()}
    few = ids(fetch(f"SELECT ticket_id FROM ({source}) AS s LIMIT {FEW + 1}", values))
    if len(few) <= FEW:
        return {f"{_FIGURES}few": few}, [f"k.id = ANY(%({_FIGURES}few)s)"]
    # OFFSET 0 has each ticket of a page looked up: else all that was counted is read.
    those = f"SELECT FROM ({source}) AS s WHERE s.ticket_id = k.id OFFSET 0"
    return values, [f"EXISTS ({those})"]


def ask_inline(user: User, wanted: Wanted, prefix: str) -> Asked:
    """The same where many lists are asked in one statement: names are looked up in
    it, and values are called by names that begin with `prefix`. One statement where
    custom fields are asked for, none otherwise."""
    seen, values = visible(user)
    where = [seen, *_simple(wanted), *_named(wanted, None)]
    where += _sets(wanted, None, *_SETS)
    try:
        answered, answers = _answered(wanted)
    except Invalid:  # the field has gone since: nothing has this answer
        answered, answers = ["false"], {}
    values |= answers | _values(user, wanted)
    return Asked(
        [one.replace("%(", f"%({prefix}") for one in [*where, *answered]],
        {f"{prefix}{name}": value for name, value in values.items()},
    )


def _answered(wanted: Wanted) -> tuple[list[str], dict[str, Any]]:
    """Conditions on custom fields: one statement where there are any."""
    if not wanted.fields:
        return [], {}
    return field_conditions(
        {f"{FIELD}{key}": answer for key, answer in wanted.fields.items()}
    )


_SIMPLE = {
    "priority": "k.priority = ANY(%(priority)s)",
    "language": "k.language = %(language)s",
    "sentiment": "k.sentiment = ANY(%(sentiment)s)",
    "opened_after": "k.opened_at >= %(opened_after)s",
    "opened_before": "k.opened_at < %(opened_before)s",
    "waiting_after": f"({IS_LIVE} AND k.waiting_since >= %(waiting_after)s)",
    "waiting_before": f"({IS_LIVE} AND k.waiting_since < %(waiting_before)s)",
    "changed_after": "k.changed_at >= %(changed_after)s",
    "ids": "k.id = ANY(%(ids)s)",
}


def _simple(wanted: Wanted) -> Iterator[str]:
    if wanted.status is not None:
        yield _status(wanted.status)
    for name, condition in _SIMPLE.items():
        if getattr(wanted, name) is not None:
            yield condition
    if wanted.danger is not None:
        yield "k.is_danger" if wanted.danger else "NOT k.is_danger"


def _status(wanted: Iterable[str]) -> str:
    """Said outright: a plan that is kept knows an index of live tickets by it."""
    known = [f"'{one}'" for one in sorted(set(wanted)) if one in Status]
    return f"k.status IN ({', '.join(known)})" if known else "false"


# A topic, those below it, and those that were merged into one of them.
_BELOW = """WITH RECURSIVE below AS (
                    SELECT id FROM webcare_topic WHERE slug = {name}
                     UNION SELECT t.id FROM webcare_topic t
                             JOIN below ON below.id IN (t.parent_id,
                                                        t.merged_into_id))
                SELECT id FROM below"""
# name -> the ids that are meant: none where there is no such thing.
_IDS = {
    "queue": "SELECT id FROM webcare_queue WHERE slug = %(queue)s",
    "topic": _BELOW.format(name="%(topic)s"),
    "agent": "SELECT id FROM webcare_user WHERE public_id = %(agent)s",
    "channel": "SELECT id FROM conversations_channel WHERE slug = %(channel)s",
    "author": """SELECT id FROM conversations_author
                  WHERE lower(handle) IN (%(author)s, '@' || %(author)s)""",
}
# name -> the tickets that are meant, up to one more than few.
_SETS = {
    "tag": """webcare_tickettag s WHERE s.tag_id =
                  (SELECT id FROM webcare_tag WHERE slug = %(tag)s)""",
    "also_topic": f"""webcare_tickettopic s WHERE s.topic_id = ANY(
                      ARRAY({_BELOW.format(name="%(also_topic)s")}))""",
    "following": "webcare_follower s WHERE s.user_id = %(me)s",
    "external_ref": "webcare_externalreference s WHERE s.reference = %(external_ref)s",
    "breached": BROKEN,
}


def _source(name: str, wanted: Wanted) -> str:
    """Of a tag that many carried few are live, and those are known by themselves."""
    live = name == "tag" and wanted.is_live
    return f"{_SETS[name]} AND s.is_live" if live else _SETS[name]


def _known(user: User, wanted: Wanted) -> dict[str, list[int]]:
    """Look up the ids of everything that is asked for by a name."""
    parts = {
        f"{name}_ids": f"ARRAY({select})"
        for name, select in _IDS.items()
        if getattr(wanted, name) not in (None, NONE, ME)
    } | {
        f"{name}_few": "ARRAY(SELECT s.ticket_id FROM"
        f" {_source(name, wanted)} LIMIT {FEW + 1})"
        for name in _SETS
        if getattr(wanted, name) is not None
    }
    if wanted.tag is not None:
        parts["tag_ids"] = "ARRAY(SELECT id FROM webcare_tag WHERE slug = %(tag)s)"
    if not parts:
        return {}
    [row] = fetch(f"SELECT {', '.join(parts.values())}", _values(user, wanted))
    return dict(zip(parts, row, strict=True))


def _named(wanted: Wanted, known: Mapping[str, list[int]] | None) -> Iterator[str]:
    for name in _IDS:
        given = getattr(wanted, name)
        if given == NONE and name != "author":
            yield f"k.{name}_id IS NULL"
        elif given == ME and name == "agent":
            yield "k.agent_id = %(me)s"
        elif given is not None and known is None:
            yield f"k.{name}_id = ANY(ARRAY({_IDS[name]}))"
        elif given is not None and known is not None:
            ids = known[f"{name}_ids"]
            # One that is named outright lets an index give the order as well.
            yield (
                f"k.{name}_id = {int(ids[0])}"
                if len(ids) == 1
                else f"k.{name}_id = ANY(%({name}_ids)s)"
            )


def _sets(
    wanted: Wanted, known: Mapping[str, list[int]] | None, *names: str
) -> Iterator[str]:
    for name in names:
        source, given = _source(name, wanted), getattr(wanted, name)
        if given is None:
            continue
        if known is None:
            is_in = f"k.id IN (SELECT s.ticket_id FROM {source})"
        elif len(known[f"{name}_few"]) <= FEW:
            is_in = f"k.id = ANY(%({name}_few)s)"
        elif name == "breached":
            is_in = IS_BROKEN
        else:
            is_in = f"EXISTS (SELECT FROM {source} AND s.ticket_id = k.id)"
        if name == "breached":
            is_in = f"({IS_LIVE} AND {is_in})"
        yield is_in if given else f"NOT {is_in}"


def _branch(
    wanted: Wanted,
    known: Mapping[str, list[int]],
    seen: list[int] | None,
    order: str,
    are_few: bool,
) -> tuple[str, tuple[int, ...]]:
    """Choose what is walked one by one: nothing where few tickets are meant anyway."""
    few = (len(known[f"{name}_few"]) <= FEW for name in _SETS if getattr(wanted, name))
    if are_few or not order or wanted.ids is not None or wanted.author or any(few):
        return "", ()
    if wanted.danger:
        return "", ()
    if wanted.agent not in (None, NONE):
        return "", ()
    queues = known.get("queue_ids", seen)
    topics = known.get("topic_ids", [])
    if len(topics) > 1 and order in BY_AGE and not wanted.queue:
        return "topic_id", tuple(topics)
    if wanted.queue is None and seen is not None and queues and not topics:
        return "queue_id", tuple(queues)
    return "", ()


def _is_by_tag(known: Mapping[str, list[int]], branch: str, order: str) -> bool:
    """Whether a tag that many carry is walked within the queues that are meant."""
    if len(known.get("tag_few", ())) <= FEW or order not in BY_AGE:
        return False
    return branch == "queue_id" or (not branch and len(known.get("queue_ids", ())) == 1)


def _of_tag(
    wanted: Wanted, known: Mapping[str, list[int]], branch: str
) -> Iterator[str]:
    yield f"g.tag_id = {int(known['tag_ids'][0])}"
    if wanted.is_live:
        yield "g.is_live"
    if not branch:
        yield f"g.queue_id = {int(known['queue_ids'][0])}"


def _values(user: User, wanted: Wanted) -> dict[str, Any]:
    given = {name: getattr(wanted, name) for name in (*_SIMPLE, *_IDS, *_SETS)}
    if wanted.author is not None:
        given["author"] = wanted.author.lower()
    for name in ("priority", "sentiment", "ids"):
        given[name] = list(given[name] or ())
    return {**given, "me": user.pk}
