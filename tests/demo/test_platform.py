import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conversations.adapters import generic
from conversations.adapters.base import Outgoing, Visibility
from conversations.adapters.signatures import new_secret
from conversations.exceptions import (
    ChannelUnusable,
    DeliveryDeferred,
    DeliveryError,
    DeliveryRefused,
    DeliveryUncertain,
)
from demo.faults import Fault, Faults
from demo.ledger import posts_in
from demo.platform import Platform

SECRETS = [new_secret()]
HERE = Path(__file__).resolve().parents[2]


@pytest.fixture
def make_platform(tmp_path):
    platforms = []

    def make(**options):
        path = tmp_path / f"ledger-{len(platforms)}.db"
        platforms.append(Platform(path, SECRETS, **options).start())
        return platforms[-1]

    yield make
    for platform in platforms:
        platform.stop()


def always(fault):
    return Faults({fault: 1.0})


def send(platform, delivery_id="d-1", secrets=SECRETS, **changes):
    fields = {"text": "Hallo 👋", "visibility": Visibility.PUBLIC, "thread": "t-1"}
    return generic.send(
        Outgoing(delivery_id=delivery_id, **(fields | changes)),
        callback_url=platform.callback_url,
        secrets=secrets,
        now=datetime.now(UTC),
        allowed_hosts=["127.0.0.1"],
    )


def look_up(platform, delivery_id="d-1", secrets=SECRETS):
    return generic.look_up(
        delivery_id,
        callback_url=platform.callback_url,
        secrets=secrets,
        now=datetime.now(UTC),
        allowed_hosts=["127.0.0.1"],
    )


def test_a_reply_is_posted_as_it_was_sent(make_platform):
    platform = make_platform()

    external_id = send(platform, in_reply_to="m-1", visibility=Visibility.PRIVATE)

    post = platform.posts()[0]
    assert (post.external_id, post.delivery_id) == (external_id, "d-1")
    assert (post.text, post.thread, post.in_reply_to) == ("Hallo 👋", "t-1", "m-1")
    assert post.visibility == "private"
    assert look_up(platform) == external_id
    assert look_up(platform, "d-2") is None
    assert [call.outcome for call in platform.calls()] == ["accepted", "found", "no"]


def test_a_repeated_delivery_is_one_post(make_platform):
    platform = make_platform()

    with ThreadPoolExecutor(8) as threads:
        ids = set(threads.map(lambda _: send(platform), range(16)))

    assert len(ids) == len(platform.posts()) == 1


def test_a_careless_platform_posts_again_and_its_ledger_shows_it(make_platform):
    platform = make_platform(idempotent=False)

    assert send(platform) != send(platform)
    assert Counter(post.delivery_id for post in platform.posts()) == {"d-1": 2}


def test_what_is_not_proved_is_neither_posted_nor_told(make_platform):
    platform = make_platform()
    others = [new_secret()]

    with pytest.raises(ChannelUnusable):
        send(platform, secrets=others)
    with pytest.raises(DeliveryUncertain):
        look_up(platform, secrets=others)

    assert platform.posts() == []


@pytest.mark.parametrize(
    ("fault", "error", "posted"),
    [
        (Fault.ACCEPT_THEN_500, DeliveryUncertain, 1),
        (Fault.ACCEPT_THEN_RESET, DeliveryUncertain, 1),
        (Fault.ACCEPT_THEN_HANG, DeliveryUncertain, 1),
        (Fault.ERROR, DeliveryUncertain, 0),
        (Fault.RESET, DeliveryUncertain, 0),
        (Fault.LATER, DeliveryDeferred, 0),
        (Fault.REFUSE, DeliveryRefused, 0),
        (Fault.REVOKED, ChannelUnusable, 0),
    ],
)
def test_each_fault_is_what_it_says(make_platform, fault, error, posted):
    platform = make_platform(faults=always(fault), hang=0.2, retry_after=7)

    with pytest.raises(error) as raised:
        send(platform)

    assert type(raised.value) is error
    assert len(platform.posts()) == posted
    assert (look_up(platform) is not None) == bool(posted)
    assert raised.value.retry_after == (7 if fault is Fault.LATER else None)


def test_a_slow_platform_answers_in_the_end(make_platform):
    platform = make_platform(faults=always(Fault.SLOW), slow=0.2)

    start = time.monotonic()
    assert send(platform) == "post-1"
    assert time.monotonic() - start >= 0.2


def test_stopping_does_not_wait_for_what_hangs(make_platform):
    platform = make_platform(faults=always(Fault.ACCEPT_THEN_HANG), hang=60)

    with ThreadPoolExecutor(1) as threads:
        sending = threads.submit(send, platform)
        while not platform.posts():
            time.sleep(0.01)
        start = time.monotonic()
        platform.stop()

        assert isinstance(sending.exception(timeout=5), DeliveryUncertain)
    assert time.monotonic() - start < 3


def test_faults_strike_by_seed_and_share():
    faults = Faults({Fault.ERROR: 0.1, Fault.LATER: 0.2}, seed=4)
    other = Faults(faults.shares, seed=5)

    struck = [faults.of(f"d-{number}", 1) for number in range(2_000)]

    assert struck == [faults.of(f"d-{number}", 1) for number in range(2_000)]
    assert struck != [other.of(f"d-{number}", 1) for number in range(2_000)]
    assert 150 < struck.count(Fault.ERROR) < 250
    assert 330 < struck.count(Fault.LATER) < 470


def test_a_delivery_that_was_struck_may_pass_on_the_next_try(make_platform):
    platform = make_platform(faults=Faults({Fault.ERROR: 0.5}, seed=1))
    outcomes = []

    for _ in range(12):
        try:
            outcomes.append(send(platform))
        except DeliveryError:
            outcomes.append("error")

    assert set(outcomes) == {"error", "post-1"}
    assert len(platform.posts()) == 1


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/healthz", None, 200),
        ("/elsewhere", None, 404),
        ("/callback", None, 404),
        ("/elsewhere", b"{}", 404),
        ("/callback", b"{}", 401),
        ("/callback/d-1", None, 401),
    ],
)
def test_what_is_not_a_proved_call_is_answered_plainly(
    make_platform, path, body, status
):
    request = urllib.request.Request(make_platform().url + path, body)

    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            found = answer.status
    except urllib.error.HTTPError as error:
        with error:
            found = error.code

    assert found == status


def test_a_killed_platform_has_kept_every_post_it_confirmed(tmp_path):
    ledger = tmp_path / "ledger.db"
    command = [sys.executable, "-m", "demo.platform", "--ledger", str(ledger)]
    process = subprocess.Popen(
        command,
        cwd=HERE,
        env=os.environ | {"PLATFORM_SECRET": SECRETS[0]},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        addresses = json.loads(process.stdout.readline())
        confirmed = {}

        def post_until_killed(worker):
            for number in range(1_000):
                name = f"d-{worker}-{number}"
                try:
                    confirmed[name] = generic.send(
                        Outgoing(
                            delivery_id=name, text="x", visibility=Visibility.PUBLIC
                        ),
                        callback_url=addresses["callback_url"],
                        secrets=SECRETS,
                        now=datetime.now(UTC),
                        allowed_hosts=["127.0.0.1"],
                    )
                except DeliveryError:
                    return

        with ThreadPoolExecutor(4) as threads:
            workers = threads.map(post_until_killed, range(4))
            while len(confirmed) < 20 and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            list(workers)

    kept = {post.delivery_id: post.external_id for post in posts_in(ledger)}
    assert len(confirmed) >= 20
    assert confirmed.items() <= kept.items()
    # At most one post a worker was on its way when the end came.
    assert len(kept) - len(confirmed) <= 4


def test_the_command_ends_cleanly_when_asked(tmp_path):
    command = [
        sys.executable,
        "-m",
        "demo.platform",
        "--ledger",
        str(tmp_path / "l.db"),
    ]
    options = ["--fault", "later=0.5", "--seed", "3", "--posts-again"]
    process = subprocess.Popen([*command, *options], cwd=HERE, stdout=subprocess.PIPE)
    with process:
        assert json.loads(process.stdout.readline())["url"].startswith("http://127.")
        process.terminate()

        assert process.wait(5) == 0


def test_the_ledger_refuses_a_text_that_is_none(make_platform):
    platform = make_platform()

    with pytest.raises(sqlite3.IntegrityError):
        platform.ledger.accept(
            {"delivery_id": "d", "text": None, "visibility": "public"},
            "accepted",
            idempotent=True,
        )

    assert platform.calls() == []
