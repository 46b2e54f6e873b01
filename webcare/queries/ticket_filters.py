"""What is asked of a list of tickets, as conditions that an index answers.

Names are looked up first, in one statement, since an index knows ids. A condition that
few tickets meet becomes their ids; whose tickets stand in many queues gets one walk
through each, merged (`branch`), so that nothing is sorted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.domain.lifecycle import LIVE
from webcare.domain.permissions import Permission
from webcare.domain.ticket_filters import FIELD, LIVE_ORDERS
from webcare.exceptions import Invalid
from webcare.models import User
from webcare.queries.fields import field_conditions
from webcare.queries.people import EVERYWHERE, Rights

NONE = "none"
ME = "me"
# So many tickets are fetched by id and sorted; of more, a list finds a page by walking.
FEW = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tickets; None is any. `queue` and `topic` may be NONE, `agent` ME too."""

    status: tuple[str, ...] | None = None
    queue: str | None = None
    topic: str | None = None
    agent: UUID | str | None = None
    channel: str | None = None
    priority: tuple[str, ...] | None = None
    tag: str | None = None
    language: str | None = None
    breached: bool | None = None
    danger: bool | None = None
    following: bool | None = None
    external_ref: str | None = None
    opened_after: datetime | None = None
    opened_before: datetime | None = None
    changed_after: datetime | None = None
    author: str | None = None  # by handle, without the @
    ids: tuple[int, ...] | None = None
    q: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


class Asked(NamedTuple):
    """Conditions on the ticket `k`, and how a list of those tickets is walked."""

    where: list[str]
    values: dict[str, Any]
    branch: str = ""  # the column whose `branches` are walked one by one


_LIVE = ", ".join(f"'{status}'" for status in sorted(LIVE))
IS_LIVE = f"k.status IN ({_LIVE})"
IS_LATE = f"coalesce(k.due_at < statement_timestamp() AND {IS_LIVE}, false)"


def visible(user: User) -> tuple[str, dict[str, Any]]:
    """The rule of `visible_tickets` in SQL, for statements written by hand.

    A condition on the ticket `k`, and its values.
    """
    queues = Rights.of(user).where(Permission.SEE_TICKETS)
    if EVERYWHERE in queues:
        return "true", {}
    return "k.queue_id = ANY(%(visible)s)", {"visible": sorted(q for q in queues if q)}


def ask(user: User, wanted: Wanted, order: str = "") -> Asked:
    """Return what of `wanted` the user may see, for a list in this order.

    One statement where names are given, none otherwise.
    """
    seen, values = visible(user)
    known = _known(user, wanted)
    branch, branches = _branch(wanted, known, values.get("visible"), order)
    where = [*_simple(wanted), *_named(wanted, known), *_sets(wanted, known)]
    answered, answers = _answered(wanted)
    where += answered
    if branch != "queue_id":  # else the walks are through the queues seen
        where.insert(0, seen)
    if order in LIVE_ORDERS and wanted.status is None:
        where.append(IS_LIVE)
    values |= answers | _values(user, wanted) | known | {"branches": list(branches)}
    return Asked(where, values, branch)


def ask_inline(user: User, wanted: Wanted, prefix: str) -> Asked:
    """The same where many lists are asked in one statement: names are looked up in
    it, and values are called by names that begin with `prefix`. One statement where
    custom fields are asked for, none otherwise."""
    seen, values = visible(user)
    where = [seen, *_simple(wanted), *_named(wanted, None), *_sets(wanted, None)]
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
    "status": "k.status = ANY(%(status)s)",
    "priority": "k.priority = ANY(%(priority)s)",
    "language": "k.language = %(language)s",
    "opened_after": "k.opened_at >= %(opened_after)s",
    "opened_before": "k.opened_at < %(opened_before)s",
    "changed_after": "k.changed_at >= %(changed_after)s",
    "ids": "k.id = ANY(%(ids)s)",
}
_FLAGS = {"breached": IS_LATE, "danger": "k.is_danger"}


def _simple(wanted: Wanted) -> Iterator[str]:
    for name, condition in _SIMPLE.items():
        if getattr(wanted, name) is not None:
            yield condition
    for name, condition in _FLAGS.items():
        given = getattr(wanted, name)
        if given is not None:
            yield condition if given else f"NOT {condition}"


# name -> the ids that are meant: none where there is no such thing.
_IDS = {
    "queue": "SELECT id FROM webcare_queue WHERE slug = %(queue)s",
    "topic": """WITH RECURSIVE below AS (
                    SELECT id FROM webcare_topic WHERE slug = %(topic)s
                     UNION SELECT t.id FROM webcare_topic t
                             JOIN below ON t.parent_id = below.id)
                SELECT id FROM below""",
    "agent": "SELECT id FROM webcare_user WHERE public_id = %(agent)s",
    "channel": "SELECT id FROM conversations_channel WHERE slug = %(channel)s",
    "author": """SELECT id FROM conversations_author
                  WHERE lower(handle) IN (%(author)s, '@' || %(author)s)""",
}
# name -> the tickets that are meant, up to one more than few.
_SETS = {
    "tag": """webcare_tickettag s WHERE s.tag_id =
                  (SELECT id FROM webcare_tag WHERE slug = %(tag)s)""",
    "following": "webcare_follower s WHERE s.user_id = %(me)s",
    "external_ref": "webcare_externalreference s WHERE s.reference = %(external_ref)s",
}


def _known(user: User, wanted: Wanted) -> dict[str, list[int]]:
    """Look up the ids of everything that is asked for by a name."""
    parts = {
        f"{name}_ids": f"ARRAY({select})"
        for name, select in _IDS.items()
        if getattr(wanted, name) not in (None, NONE, ME)
    } | {
        f"{name}_few": f"ARRAY(SELECT s.ticket_id FROM {source} LIMIT {FEW + 1})"
        for name, source in _SETS.items()
        if getattr(wanted, name) is not None
    }
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


def _sets(wanted: Wanted, known: Mapping[str, list[int]] | None) -> Iterator[str]:
    for name, source in _SETS.items():
        given = getattr(wanted, name)
        if given is None:
            continue
        is_in = "" if given else "NOT "
        if known is None:
            yield f"{is_in}k.id IN (SELECT s.ticket_id FROM {source})"
        elif len(known[f"{name}_few"]) <= FEW:
            yield f"{is_in}k.id = ANY(%({name}_few)s)"
        else:
            yield f"{is_in}EXISTS (SELECT FROM {source} AND s.ticket_id = k.id)"


def _branch(
    wanted: Wanted,
    known: Mapping[str, list[int]],
    seen: list[int] | None,
    order: str,
) -> tuple[str, tuple[int, ...]]:
    """Choose what is walked one by one: nothing where few tickets are meant anyway."""
    few = (len(ids) <= FEW for name, ids in known.items() if name.endswith("_few"))
    if not order or wanted.ids is not None or wanted.author or any(few):
        return "", ()
    if wanted.danger:
        return "", ()
    if wanted.agent not in (None, NONE):
        return "", ()
    queues = known.get("queue_ids", seen)
    topics = known.get("topic_ids", [])
    if len(topics) > 1 and order in ("opened", "-opened") and not wanted.queue:
        return "topic_id", tuple(topics)
    if wanted.queue is None and seen is not None and queues and not topics:
        return "queue_id", tuple(queues)
    return "", ()


def _values(user: User, wanted: Wanted) -> dict[str, Any]:
    given = {name: getattr(wanted, name) for name in (*_SIMPLE, *_IDS, *_SETS)}
    if wanted.author is not None:
        given["author"] = wanted.author.lower()
    for name in ("status", "priority", "ids"):
        given[name] = list(given[name] or ())
    return {**given, "me": user.pk}
