"""Kabelwijk's desk: channels, queues, people, topics, and a morning's work in it."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from conversations.adapters.signatures import new_secret
from conversations.models import Channel
from demo import day, history
from demo.models import DemoDesk
from webcare.actions import training
from webcare.actions.calendars import make_calendar
from webcare.actions.setup import change_queue
from webcare.actions.tokens import make_token
from webcare.domain.calendars.suggestions import suggestions
from webcare.domain.outcomes import Priority
from webcare.domain.permissions import Role
from webcare.domain.tokens import Scope
from webcare.models import (
    DeskSetting,
    Membership,
    Presence,
    Queue,
    RoutingRule,
    Topic,
    TopicExample,
    TopicRule,
    User,
    UserLanguage,
)

VISITOR = "demo"
_PLAYED = "played by the demo"
_LOCK = 7_206_001  # any number that nothing else locks


class NotEmpty(Exception):
    """This database holds a desk of somebody's own: the demo stays out of it."""


class Desk(NamedTuple):
    """What opens the demo desk: for `var/demo.json`."""

    login: dict[str, str]
    token: str
    channels: list[dict[str, str]]


@transaction.atomic
def make_demo(now: datetime | None = None) -> Desk:
    """Make the demo desk with its history up to `now`, unless it is there already.

    All of it is there when this returns, or nothing. Returns what opens it, the same
    every time. Raises NotEmpty where another desk is.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    desk = DemoDesk.objects.first() or _make(now or timezone.now())
    _name()
    return Desk(
        login={"username": desk.username, "password": desk.password},
        token=desk.token,
        channels=[
            {"slug": channel.slug, "mode": channel.mode, "secret": channel.secret}
            for channel in Channel.objects.order_by("pk")
        ],
    )


def secrets_of_channels() -> dict[str, str]:
    """The secret of each channel of the demo; empty where this is no demo desk."""
    if not DemoDesk.objects.exists():
        return {}
    return {channel.slug: channel.secret for channel in _channels()}


def answer_at(callback_url: str) -> None:
    """Send our answers on the demo's channels to `callback_url` from now on."""
    _channels().update(callback_url=callback_url)


def agents_keys() -> dict[str, str]:
    """Fresh keys for the agents that are played: name -> key. Earlier ones end."""
    visitor = User.objects.get(username=VISITOR)
    keys = {}
    for agent in _played():
        agent.tokens.filter(name=_PLAYED).delete()
        _, keys[agent.username] = make_token(
            user=visitor, owner=agent, name=_PLAYED, scopes=[Scope.READ, Scope.WRITE]
        )
    return keys


def keep_agents_present() -> None:
    """Show that the agents that are played are at work, for the next minute or so."""
    Presence.objects.filter(user__in=_played()).update(seen_at=Now())


def _channels() -> QuerySet[Channel]:
    given = day.words("organisation")["channels"]
    return Channel.objects.filter(slug__in=[one["slug"] for one in given])


def _played() -> QuerySet[User]:
    given = day.words("organisation")["people"]
    names = [one["username"] for one in given]
    return User.objects.filter(
        username__in=names, memberships__role__in=[Role.AGENT, Role.SPECIALIST]
    ).distinct()


def _make(now: datetime) -> DemoDesk:
    if Channel.objects.exists() or DeskSetting.objects.exists():
        raise NotEmpty("There is a desk in this database already.")
    given = day.words("organisation")
    _make_channels(given["channels"])
    people = {one["username"]: _make_person(one) for one in given["people"]}
    queues = {one["slug"]: _make_queue(one, people) for one in given["queues"]}
    _give_roles(given["people"], people, queues)
    _make_topics(given["topics"], queues)
    _teach()
    desk = _open_to_visitor()
    _make_calendars(given["calendars"], queues, now)
    history.write(now)
    return desk


def _name() -> None:
    """Say whose desk it is, and that it is the demo; one from before names as well."""
    name = day.words("organisation")["name"]
    DeskSetting.objects.get_or_create(defaults={"name": name, "is_demo": True})


def _make_channels(channels: list[Mapping[str, Any]]) -> None:
    # One stand-in platform serves all of them, so they share its secret.
    secret = new_secret()
    for one in channels:
        Channel.objects.create(**one, secret=secret)


def _make_person(one: Mapping[str, Any]) -> User:
    user = User.objects.create_user(
        one["username"],
        first_name=one["first_name"],
        last_name=one["last_name"],
        initials=one["initials"],
        capacity=one["capacity"],
        language="nl",
    )
    _speaks(user, one["languages"])
    Presence.objects.create(user=user, state=Presence.State.PRESENT)
    return user


def _speaks(user: User, languages: list[str]) -> None:
    UserLanguage.objects.bulk_create(
        UserLanguage(user=user, language=language) for language in languages
    )


def _make_queue(one: Mapping[str, Any], people: Mapping[str, User]) -> Queue:
    """Make a queue; the first response there in an hour unless it says otherwise."""
    return Queue.objects.create(**dict(one) | {"lead": people[one["lead"]]})


def _make_calendars(
    given: list[Mapping[str, Any]], queues: Mapping[str, Queue], now: datetime
) -> None:
    """Open the desk, and close it on the usual holidays of this year and the next."""
    visitor = User.objects.get(username=VISITOR)
    holidays = [
        {"date": one.day.isoformat(), "name": one.names["nl"]}
        for one in suggestions("NL", "", {now.year, now.year + 1})
        if one.suggested
    ]
    for one in given:
        fields = dict(one)
        named = [queues[slug] for slug in fields.pop("queues", [])]
        definition = fields.pop("definition")
        if fields.pop("closes_on_holidays", False):
            definition = definition | {"holidays": holidays}
        made = make_calendar(user=visitor, definition=definition, **fields)
        for queue in named:
            change_queue(user=visitor, queue=queue, calendar=made)


def _give_roles(
    given: list[Mapping[str, Any]],
    people: Mapping[str, User],
    queues: Mapping[str, Queue],
) -> None:
    """A star stands for all queues."""
    for one in given:
        for slug, role in one["roles"].items():
            Membership.objects.create(
                user=people[one["username"]], queue=queues.get(slug), role=role
            )


def _make_topics(given: list[Mapping[str, Any]], queues: Mapping[str, Queue]) -> None:
    topics: dict[str, Topic] = {}
    for one in given:
        topic = topics[one["slug"]] = Topic.objects.create(
            slug=one["slug"],
            name=one["name"],
            name_nl=one["name_nl"],
            parent=topics.get(one.get("parent", "")),
            queue=queues.get(one.get("queue", "")),
            is_danger=one.get("danger", False),
        )
        for kind, pattern, *language in one.get("rules", []):
            TopicRule.objects.create(
                topic=topic, kind=kind, pattern=pattern, language="".join(language)
            )
    # Danger goes to those who can send somebody, whatever else it is about.
    RoutingRule.objects.create(
        position=1, priority=Priority.URGENT, queue=queues["storingen"]
    )


def _teach() -> None:
    """Give the topics their examples and publish a first model of them."""
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    TopicExample.objects.bulk_create(
        TopicExample(
            topic=topics[slug], text=text, digest=sha256(text.encode()).digest()
        )
        for slug, text in day.examples()
    )
    training.train(training.request_training().pk)


def _open_to_visitor() -> DemoDesk:
    password = secrets.token_urlsafe(9)
    visitor = User.objects.create_user(
        VISITOR,
        password=password,
        first_name="Robin",
        last_name="Kwakkel",
        initials="RK",
        language="en",
    )
    _speaks(visitor, ["nl", "en"])
    Membership.objects.create(user=visitor, queue=None, role=Role.ADMIN)
    _, token = make_token(user=visitor, owner=visitor, name="demo", scopes=list(Scope))
    return DemoDesk.objects.create(username=VISITOR, password=password, token=token)
