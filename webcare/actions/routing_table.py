"""The routing table: saved whole, by versions, and tried on tickets before it is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from webcare.actions.audit import audit
from webcare.actions.routing import Map, Unrouted, place, read_map
from webcare.domain.permissions import Permission
from webcare.domain.routing import Route
from webcare.domain.routing_table import problems
from webcare.exceptions import Invalid, StaleVersion
from webcare.models import RoutingRule, RoutingVersion, User
from webcare.queries.people import require
from webcare.queries.routing import (
    Names,
    names,
    newest_version,
    placed_lately,
    rules_now,
)

LOCK = 7_206_011  # one who saves at a time
SAMPLE = 40

Given = Sequence[Mapping[str, Any]]


@transaction.atomic
def save_table(*, user: User, rules: Given, version: int | None = None) -> int:
    """Let these rules route from now on; returns the number of the new version.

    Rules are names: `topic`, `channel`, `language`, `priority` and `authors`, each of
    which may be left out, and a `queue`. Tickets that were placed stay where they are.
    `version` is the one that the caller has seen. Raises NotAllowed, StaleVersion,
    Invalid with a sentence for each path at fault.
    """
    require(user, Permission.SET_UP)
    fetch("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    newest = newest_version()
    before = newest.number if newest else 0
    if version is not None and version != before:
        raise StaleVersion(_("The table has changed: look at what is new."))
    routes = _read(rules, names())
    RoutingRule.objects.all().delete()
    made = RoutingRule.objects.bulk_create(
        RoutingRule(
            position=number,
            queue_id=route.queue,
            topic_id=route.topic,
            channel_id=route.channel,
            language=route.language,
            priority=route.priority,
            author_list_id=route.author_list,
        )
        for number, route in enumerate(routes, 1)
    )
    kept = [
        {**_plain(rule), "rule": row.pk} for rule, row in zip(rules, made, strict=True)
    ]
    RoutingVersion.objects.create(number=before + 1, rules=kept, made_by=user)
    audit(
        "routing_saved",
        who=user,
        about=f"v{before + 1}",
        before={"rules": newest.rules if newest else []},
        after={"rules": kept},
    )
    return before + 1


def follow(*, user: User, topic: int, into: int) -> tuple[int | None, int | None]:
    """Let rules about `topic` be about `into`; the versions before and after.

    A rule that would then stand there twice goes. No version is made, and (None, None)
    returned, where no rule is about it.
    """
    fetch("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if not RoutingRule.objects.filter(topic_id=topic).update(topic_id=into):
        return None, None
    asked = ("topic", "channel", "language", "priority", "author_list")
    seen: set[tuple[Any, ...]] = set()
    for rule in RoutingRule.objects.order_by("position").values_list("pk", *asked):
        if rule[1:] in seen:
            RoutingRule.objects.filter(pk=rule[0]).delete()
        seen.add(rule[1:])
    newest = newest_version()
    before = newest.number if newest else 0
    kept = [{"rule": one.pop("rule"), **_plain(one)} for one in rules_now()]
    RoutingVersion.objects.create(number=before + 1, rules=kept, made_by=user)
    return before, before + 1


def go_back(*, user: User, to: int | None, given: int | None) -> bool:
    """Save version `to` again, unless there is a newer one than `given`.

    Says whether it was; not either where that table cannot hold any more.
    """
    newest = newest_version()
    if to is None or newest is None or newest.number != given:
        return False
    old = RoutingVersion.objects.filter(number=to).first()
    rules = (
        [{k: v for k, v in one.items() if k != "rule"} for one in old.rules]
        if old
        else []
    )
    rules = [
        {name: value for name, value in one.items() if name != "rule"}
        for one in (old.rules if old else [])
    ]
    try:
        with transaction.atomic():
            save_table(user=user, rules=rules, version=given)
    except Invalid:
        return False
    return True


class Moved(NamedTuple):
    """A ticket that would wait elsewhere: its id, and both queues."""

    ticket: int
    was: int
    now: int


class Preview(NamedTuple):
    """How many tickets were looked at, and those that would wait elsewhere."""

    looked_at: int
    is_complete: bool
    moved: int
    pairs: list[tuple[int, int, int]]  # from, to, how many; the most first
    sample: list[Moved]  # the newest


def preview_table(*, user: User, rules: Given, days: int = 7) -> Preview:
    """Return what these rules would have done with the tickets of the last days.

    Each is placed twice, by the table that holds and by this one, as it is now: moves
    by hand do not count. Of the newest 5,000, that `user` may see. Changes nothing.
    Raises NotAllowed, Invalid.
    """
    require(user, Permission.SET_UP)
    layout = read_map()
    tried = layout._replace(routes=_read(rules, names()))
    tickets, is_complete = placed_lately(user, days)
    moved = [move for row in tickets if (move := _moved(Unrouted(*row), layout, tried))]
    pairs = Counter((move.was, move.now) for move in moved)
    ranked = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    return Preview(
        len(tickets),
        is_complete,
        len(moved),
        [(*pair, count) for pair, count in ranked],
        moved[:SAMPLE],
    )


def _moved(ticket: Unrouted, layout: Map, tried: Map) -> Moved | None:
    was, _ = place(ticket, layout)
    now, _ = place(ticket, tried)
    return Moved(ticket.id, was, now) if was != now else None


def _read(rules: Given, known: Names) -> list[Route]:
    """Raises Invalid."""
    if wrong := problems(rules, known._asdict()):
        raise Invalid(**wrong)
    return [
        Route(
            number,
            known.queue[rule["queue"]],
            known.topic.get(rule.get("topic") or ""),
            known.channel.get(rule.get("channel") or ""),
            rule.get("language") or "",
            rule.get("priority") or "",
            known.authors.get(rule.get("authors") or ""),
        )
        for number, rule in enumerate(rules, 1)
    ]


def _plain(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in rule.items() if value}
