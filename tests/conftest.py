"""The cast, a small desk for them, and makers that build through our own actions."""

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test import Client, TransactionTestCase
from django.utils import timezone, translation

from conversations.actions import reading
from conversations.actions.batches import drain
from conversations.actions.ingestion import take_messages
from conversations.adapters.signatures import new_secret
from conversations.models import Channel, Message, Mode, Work
from conversations.models.bulk import fetch
from tests.emptying import empty_tables
from webcare.actions import (
    alarm_calls,
    assignment,
    automation_runs,
    bulk,
    bulk_undo,
    changes,
    erasures,
    imports,
    intake,
    measurement,
    search,
    topic_heirs,
    triage,
)
from webcare.actions.tokens import make_token
from webcare.domain.permissions import Role
from webcare.domain.tokens import Scope
from webcare.models import Membership, Queue, Ticket, Topic, TopicRule, User

STAGES = [
    module.STAGE
    for module in (
        imports,
        reading,
        changes,
        intake,
        triage,
        assignment,
        measurement,
        alarm_calls,
        search,
        topic_heirs,
        erasures,
    )
] + [
    automation_runs.STAGE,
    automation_runs.TIMED,
    automation_runs.HELD,
    bulk.STAGE,
    bulk_undo.STAGE,
]
Maker = Callable[..., Any]
_numbers = count(1)
UNSEEN = 0.03  # seconds
LONGEST = "tests/webcare/api/test_contract.py"
# What they test runs in other processes, for which they wait more than they work.
WAITING = ("tests/browser/", "tests/config/", "tests/demo/")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: one of them waits."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest begins first, so that nobody waits for it at the end; then those
    that wait, so that one process has them beside others that work. What it has not
    come to when those are done, they take from it."""
    items.sort(
        key=lambda item: (
            not item.nodeid.startswith(LONGEST),
            not item.nodeid.startswith(WAITING),
        )
    )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Nobody waits for a disk: what tests commit has to outlive no server.

    Those that kill servers have some of their own, which are as they come.
    """
    options = connection.settings_dict["OPTIONS"]
    asked = options.get("options", "")
    options["options"] = f"{asked} -c synchronous_commit=off".strip()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """End what threads of a live server left open: it would keep the database."""
    with pytest.MonkeyPatch.context() as django:
        django.setattr(
            TransactionTestCase, "_fixture_teardown", lambda _: empty_tables()
        )
        yield
    with django_db_blocker.unblock():
        # A browser's loop has a connection of its own; the one from before it may have
        # been ended by a test since.
        connection.close()
        fetch(
            """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()""",
            [],
        )


@pytest.fixture
def triage_queue(db: None) -> Queue:
    return Queue.objects.create(slug="triage", name="Triage", is_triage=True)


@pytest.fixture
def shop_queue(triage_queue: Queue) -> Queue:
    return Queue.objects.create(slug="shop", name="Shop")


@pytest.fixture
def power_queue(triage_queue: Queue) -> Queue:
    return Queue.objects.create(slug="power", name="Power cuts")


@pytest.fixture
def shop(db: None) -> Channel:
    """A channel on which we answer."""
    return Channel.objects.create(
        slug="x-shop", name="Shop on X", mode=Mode.ENGAGE, secret=new_secret()
    )


@pytest.fixture
def forum(db: None) -> Channel:
    """A channel on which we only listen."""
    return Channel.objects.create(slug="forum", name="A forum", secret=new_secret())


@pytest.fixture
def delivery_topic(shop_queue: Queue) -> Topic:
    """Parcels, known by a word, answered by the shop queue."""
    topic = Topic.objects.create(slug="delivery", name="Delivery", queue=shop_queue)
    TopicRule.objects.create(topic=topic, kind="word", pattern="parcel")
    return topic


def _person(name: str, role: Role | None, queue: Queue | None = None) -> User:
    user = User.objects.create_user(name, first_name=name.title())
    if role:
        Membership.objects.create(user=user, queue=queue, role=role)
    return user


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What a page or a letter was said in is over with the test that asked for it."""
    with translation.override("en"):
        yield


@pytest.fixture
def ada(shop_queue: Queue) -> User:
    """Answers the shop queue."""
    return _person("ada", Role.AGENT, shop_queue)


@pytest.fixture
def bo(shop_queue: Queue) -> User:
    """Sits beside ada."""
    return _person("bo", Role.AGENT, shop_queue)


@pytest.fixture
def cas(db: None) -> User:
    """May see no queue."""
    return _person("cas", None)


@pytest.fixture
def lena(shop_queue: Queue) -> User:
    """Leads the shop queue."""
    return _person("lena", Role.LEAD, shop_queue)


@pytest.fixture
def root(db: None) -> User:
    """Sets the desk up."""
    return _person("root", Role.ADMIN)


@pytest.fixture
def integrator(db: None) -> User:
    """A system that hands in messages."""
    return _person("intake", Role.INTEGRATOR)


@pytest.fixture
def key_of(root: User) -> Callable[..., str]:
    """Makes a token for somebody; all scopes unless told."""

    def make(user: User, *scopes: Scope) -> str:
        _, key = make_token(user=root, owner=user, name="test", scopes=scopes or Scope)
        return key

    return make


@pytest.fixture
def as_client(key_of: Callable[..., str]) -> Callable[..., Client]:
    """A client that calls with somebody's token."""

    def make(user: User, *scopes: Scope) -> Client:
        key = key_of(user, *scopes)
        return Client(headers={"authorization": f"Bearer {key}"})

    return make


@pytest.fixture
def item() -> Callable[..., dict[str, Any]]:
    """One message in the wire format, new each time; later ones are posted later."""
    begin = timezone.now() - timedelta(hours=1)
    first = next(_numbers)

    def make(**fields: Any) -> dict[str, Any]:
        number = next(_numbers)
        posted_at = begin + timedelta(seconds=(number - first) % 3_000)
        return {
            "external_id": f"m-{number}",
            "text": "Where is my parcel?",
            "posted_at": posted_at.isoformat(),
            "author": {"external_id": f"a-{number}", "handle": "kim", "name": "Kim"},
        } | fields

    return make


@pytest.fixture
def pump(db: None) -> Callable[[], None]:
    """Do all due work of all stages, in their order, until nothing waits."""

    def run() -> None:
        done = 1
        while done:
            # Most have nothing to do, and asking each takes longer than the work.
            waiting = set(Work.objects.values_list("stage", flat=True))
            done = sum(sum(drain(one)) for one in STAGES if one.name in waiting)
        assert not Work.objects.exclude(error="").values_list("stage", "error")

    return run


@pytest.fixture
def hear(pump: Callable[[], None]) -> Callable[..., list[Message]]:
    """Take messages in on a channel, as intake does, and let the pipeline run."""

    def take(channel: Channel, *items: dict[str, Any]) -> list[Message]:
        body = json.dumps(items).encode()
        taken = take_messages(channel=channel, body=body, now=timezone.now())
        assert not taken.rejected
        pump()
        names = [one["external_id"] for one in items]
        return list(Message.objects.filter(external_id__in=names).order_by("posted_at"))

    return take


@pytest.fixture
def make_ticket(
    hear: Callable[..., list[Message]],
    item: Callable[..., dict[str, Any]],
    shop: Channel,
    delivery_topic: Topic,
) -> Callable[..., Ticket]:
    """A ticket in the shop queue, made by a message; `fields` are the message's."""

    def make(channel: Channel | None = None, **fields: Any) -> Ticket:
        [message] = hear(channel or shop, item(**fields))
        return Ticket.objects.get(ticket_messages__message=message)

    return make


@pytest.fixture
def ticket(make_ticket: Callable[..., Ticket]) -> Ticket:
    return make_ticket()


@pytest.fixture
def rest() -> Callable[[], None]:
    """Wait until no event that is committed is held back any more.

    Another transaction of the same cluster does that, whatever database it is in.
    """

    def wait() -> None:
        [[newest]] = fetch("SELECT max(written_in) FROM webcare_ticketevent", [])
        for _ in range(600):
            [[settled]] = fetch(
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint", []
            )
            if settled > (newest or 0):
                # Reports take what is younger than that for not settled yet.
                time.sleep(UNSEEN)
                return
            time.sleep(0.05)
        raise AssertionError("Another transaction of this cluster goes on and on.")

    return wait


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say it loudly where pages were looked at by nobody."""
    skipped = terminalreporter.stats.get("skipped", [])
    unseen = [one for one in skipped if "Chromium" in str(one.longrepr)]
    if unseen:
        terminalreporter.section("NO BROWSER", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{len(unseen)} tests need a Chromium and did not run:"
            " apt-get install chromium"
        )
