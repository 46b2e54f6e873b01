import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from conversations.actions import batches, reading
from conversations.models import Channel, InboundEvent, Message
from demo import day
from demo.agents import LEFT_FOR_VISITORS, Agents, outcome_without_answer
from demo.customers import Customers, reaction_to
from demo.ledger import Ledger, Post, posts_in
from demo.models import DemoDesk
from demo.rhythm import LONGEST_PAUSE, Cue, cues
from webcare.models import Reply, Ticket, Topic, TopicRule, User

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def cues_from(hour: float, speed: float = 30.0):
    return cues(MIDNIGHT + timedelta(hours=hour), MIDNIGHT, speed=speed)


def post(in_reply_to: str | None, delivery: str = "d1") -> Post:
    return Post("post-1", delivery, None, in_reply_to, "Hoi", "public", 0.0)


def question(channel: str = "x-kabelwijk") -> day.Said:
    return next(said for said in day.day() if said.channel == channel and said.topic)


def test_the_day_goes_on_at_the_time_that_it_is():
    first = next(cues_from(20))

    assert first.said.at >= 20 * 3_600
    assert first.wait == pytest.approx((first.said.at - 72_000) / 30)


def test_nothing_is_silent_for_long_even_at_night():
    waits = [cue.wait for cue in islice(cues_from(0), 1_200)]

    assert max(waits) <= LONGEST_PAUSE
    assert min(waits) >= 0


def test_days_follow_one_another_with_messages_that_are_new():
    heard = list(islice(cues_from(12), 1_500))
    fresh = [cue for cue in heard if not cue.said.message.get("edited")]
    ids = [(cue.day, cue.said.id) for cue in fresh if "text" in cue.said.message]

    days = Counter(cue.day for cue in heard)
    assert len(days) >= 3
    assert list(days.values())[1] == len(day.day())
    assert len(set(ids)) == len(ids)


def test_nobody_goes_on_about_what_was_never_said():
    there = set()
    for cue in islice(cues_from(8.9), 400):
        assert cue.said.needs is None or (cue.day, cue.said.needs) in there
        there.add((cue.day, cue.said.id))


def test_an_answer_sometimes_gets_a_reaction_in_the_customers_language():
    said = question()
    answered = [post(f"260301.0-{said.id}", str(number)) for number in range(200)]
    reactions = [found for one in answered if (found := reaction_to(one))]

    assert 80 < len(reactions) < 160
    channel, item = reactions[0]
    assert channel == said.channel
    assert item["author"] == said.message["author"]
    assert item["in_reply_to"] == "post-1"
    known = day.words("reactions")[said.language]
    assert {item["text"] for _, item in reactions} <= {
        text for texts in known.values() for text in texts
    }


@pytest.mark.parametrize("in_reply_to", [None, "post-3-reaction", "somebody-elses"])
def test_what_no_customer_of_the_day_wrote_gets_no_reaction(in_reply_to):
    found = [reaction_to(post(in_reply_to, str(number))) for number in range(50)]

    assert found == [None] * 50


@pytest.fixture
def channels(transactional_db, shop):
    """The demo's channels by the names that the day uses, with one secret."""
    slugs = [one["slug"] for one in day.words("organisation")["channels"]]
    Channel.objects.bulk_create(
        Channel(slug=slug, name=slug, mode="engage", secret=shop.secret)
        for slug in slugs
    )
    return dict.fromkeys(slugs, shop.secret)


def live_until(customers: Customers, done) -> None:
    """Let the customers live until `done`, or give up after ten seconds."""
    deadline = time.monotonic() + 10
    while not done() and time.monotonic() < deadline:
        customers.live()
        time.sleep(0.05)


def read_all() -> int:
    for _ in batches.drain(reading.STAGE):
        pass
    return Message.objects.count()


def test_customers_speak_through_signed_webhooks(live_server, channels, tmp_path):
    said = [one for one in day.day() if one.needs is None][:12]
    spoken = iter([Cue(0.0, "d", one) for one in said] + [Cue(9e9, "d", said[0])])
    customers = Customers(live_server.url, channels, spoken, tmp_path / "none.db")

    live_until(customers, lambda: read_all() == 12)

    assert {message.external_id for message in Message.objects.all()} == {
        f"d-{one.id}" for one in said
    }


def test_customers_react_to_what_the_desk_posted(live_server, channels, tmp_path):
    path = tmp_path / "platform.db"
    ledger = Ledger(path)
    nobody = iter([Cue(9e9, "d", question())] * 2)
    customers = Customers(live_server.url, channels, nobody, path, thinking=(0.0, 0.0))

    for number in range(8):
        given = {
            "delivery_id": f"d{number}",
            "in_reply_to": f"d-{question().id}",
            "text": "Hoi",
            "visibility": "public",
        }
        ledger.accept(given, "accepted", idempotent=True)
    expected = [one for one in posts_in(path) if reaction_to(one)]
    live_until(customers, lambda: read_all() == len(expected))
    customers.live()
    customers.live()
    ledger.close()

    assert expected
    assert InboundEvent.objects.count() == len(expected)
    assert not Message.objects.exclude(in_reply_to__startswith="post-").exists()


def run_command(*arguments: str) -> subprocess.Popen[str]:
    """A command of ours in a process of its own, on the database of the tests."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]
    url = urlunsplit(parts._replace(path=f"/{name}"))
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_stream_says_so_where_there_is_no_demo_desk(transactional_db):
    process = run_command("demo_stream")
    _, complaint = process.communicate(timeout=30)

    assert process.returncode == 1
    assert "There is no demo desk here" in complaint


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_stream_waits_for_the_desk_and_stops_when_told(
    transactional_db, channels, number
):
    User.objects.create_superuser("demo")
    DemoDesk.objects.create(username="demo", password="-", token="-")
    with socket.create_server(("127.0.0.1", 0)) as silent_desk:
        silent_desk.settimeout(30)
        port = silent_desk.getsockname()[1]
        url = f"--url=http://127.0.0.1:{port}"
        process = run_command("demo_stream", url, "--speed=100000")
        silent_desk.accept()[0].close()

    assert process.poll() is None
    process.send_signal(number)
    _, complaint = process.communicate(timeout=10)

    assert process.returncode == 0, complaint
    assert "Traceback" not in complaint


@pytest.fixture
def busy_desk(transactional_db, make_ticket):
    """More waiting than the demo's agents leave for a visitor."""
    for number in range(LEFT_FOR_VISITORS + 5):
        make_ticket(text=f"Where is parcel {number}?")


def work(agents: Agents, rounds: int = 20) -> None:
    for _ in range(rounds):
        agents.live()


def test_agents_answer_through_the_api_and_leave_work_for_a_visitor(
    live_server, busy_desk, ada, bo, key_of
):
    keys = {"ada": key_of(ada), "bo": key_of(bo)}
    agents = Agents(live_server.url, keys, reading=(0.0, 0.0))

    work(agents)

    waiting = Ticket.objects.filter(status__in=["new", "open"]).count()
    assert Reply.objects.count() == 5
    assert waiting == LEFT_FOR_VISITORS
    assert set(Reply.objects.values_list("author", flat=True)) == {ada.pk, bo.pk}


def test_agents_answer_danger_whatever_they_leave(
    live_server, transactional_db, make_ticket, delivery_topic, ada, key_of
):
    danger = Topic.objects.create(slug="gevaar", name="Danger", is_danger=True)
    TopicRule.objects.create(topic=danger, kind="word", pattern="smoke")
    for number in range(7):
        make_ticket(text=f"Where is parcel {number}?")
    urgent = make_ticket(text="My parcel is full of smoke")
    agents = Agents(live_server.url, {"ada": key_of(ada)}, reading=(0.0, 0.0))

    work(agents, 4)

    assert [reply.ticket for reply in Reply.objects.all()] == [urgent]


def test_agents_pass_on_the_danger_that_they_cannot_answer(
    live_server, transactional_db, make_ticket, delivery_topic, ada, key_of
):
    channel = Channel.objects.create(slug="forum-energie", name="Forum", secret="s")
    text = "A strong smell of gas comes out of a parcel in our hallway"
    heard = make_ticket(channel, text=text, addressed=False)
    agents = Agents(live_server.url, {"ada": key_of(ada)}, reading=(0.0, 0.0))

    work(agents, 4)

    heard.refresh_from_db()
    assert (heard.status, heard.resolution) == ("resolved", "passed_on")
    assert not Reply.objects.exists()


@pytest.mark.parametrize(
    ("topic", "text", "outcome"),
    [
        ("", "Super, bedankt!", "no_answer_needed"),
        ("", "Thanks, it works", "no_answer_needed"),
        ("", "Bedankt, maar hoe lang duurt dat?", None),
        ("", "Geen stroom hier", None),
        ("spam", "Free spins?", "spam"),
    ],
)
def test_a_thank_you_and_spam_get_no_answer(topic, text, outcome):
    assert outcome_without_answer("x-kabelwijk", topic, text) == outcome


def test_agents_go_on_asking_a_desk_that_breaks_off():
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as desk:
        threading.Thread(target=_break_off, args=(desk, asked), daemon=True).start()
        url = f"http://127.0.0.1:{desk.getsockname()[1]}"
        agents = Agents(url, {"ada": "wc_none"}, reading=(0.0, 0.0))

        work(agents, 3)

    # Each time for what is theirs, and for what is nobody's.
    assert len(asked) == 3 * 2


def _break_off(desk, asked):
    with suppress(OSError):
        while True:
            caller, address = desk.accept()
            asked.append(address)
            caller.close()
