import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.core.management import CommandError, call_command

from conversations.adapters.signatures import new_secret, verify
from conversations.archive import Line
from conversations.models import Message
from conversations.replay import Address, Intake, Pace, ReplayStopped, replay

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
GONE = 0  # hang up instead of answering


class Desk(ThreadingHTTPServer):
    """A desk seen from outside: keeps what it is sent, and fails as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.kept: dict[str, dict] = {}
        self.order: list[str] = []
        self.from_the_future: list[str] = []
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        self.failures: list[int] = []
        self.too_many = 1_000

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Desk

    def do_POST(self) -> None:
        desk = self.server
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        desk.calls.append((self.path, headers, body))
        items = json.loads(body)
        if len(items) > desk.too_many:
            return self.answer(413, {"detail": "Too many."})
        if desk.failures:
            status = desk.failures.pop(0)
            return self.answer(status, {"detail": "Not now."}) if status else None
        fresh = [one for one in items if one["external_id"] not in desk.kept]
        bad = [n for n, one in enumerate(items) if not one["text"]]
        desk.kept |= {one["external_id"]: one for one in fresh if one["text"]}
        desk.order += [one["external_id"] for one in items]
        now = datetime.now(UTC).isoformat()
        ahead = [one["external_id"] for one in items if one["posted_at"] > now]
        desk.from_the_future += ahead
        rejected = [{"index": n, "errors": {"text": ["Empty."]}} for n in bad]
        given = {
            "accepted": len(fresh) - len(bad),
            "duplicate": len(items) - len(fresh),
            "rejected": rejected,
        }
        return self.answer(202, given)

    def answer(self, status: int, given: dict) -> None:
        data = json.dumps(given).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def desk() -> Iterator[Desk]:
    server = Desk()
    thread = Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def intake(desk) -> Intake:
    return Intake(Address(desk.url, "shop", token="t"), patience=5)


def lines_of(count: int, step: float = 60.0) -> list[Line]:
    """So many messages, `step` seconds apart."""
    return [
        Line(
            START + timedelta(seconds=step * n),
            {"external_id": f"m{n}", "author": {"external_id": "a"}, "text": "hoi"},
        )
        for n in range(count)
    ]


def times_in(desk: Desk) -> list[datetime]:
    return [datetime.fromisoformat(one["posted_at"]) for one in desk.kept.values()]


def test_every_message_arrives_in_batches_and_in_order(desk, intake):
    tally = replay(lines_of(25), intake, Pace(batch=10))

    assert desk.order == [f"m{n}" for n in range(25)]
    assert [len(json.loads(body)) for _, _, body in desk.calls] == [10, 10, 5]
    assert (tally.sent, tally.accepted, tally.is_complete) == (25, 25, True)


def test_the_same_file_again_is_counted_as_known(desk, intake):
    replay(lines_of(5), intake, Pace())
    again = replay(lines_of(5), Intake(intake.address), Pace(shuffle=1))

    assert (again.accepted, again.duplicate, again.is_complete) == (0, 5, True)


def test_a_shuffle_changes_the_order_and_nothing_else(desk, intake):
    replay(lines_of(20), intake, Pace(shuffle=7, keep_times=True))

    assert desk.order != sorted(desk.order)
    assert desk.kept["m3"]["posted_at"] == "2026-01-01T12:03:00Z"
    assert len(desk.kept) == 20


def test_times_end_now_and_keep_their_distance(desk, intake):
    replay(lines_of(3), intake, Pace())

    times = times_in(desk)
    assert abs(datetime.now(UTC) - times[-1]) < timedelta(seconds=5)
    assert times[2] - times[0] == timedelta(minutes=2)


def test_spacing_is_true_to_the_factor_and_no_message_is_from_the_future(desk, intake):
    tally = replay(lines_of(5, step=10.0), intake, Pace(speed=40.0))

    assert 1.0 <= tally.seconds < 4.0
    assert len(desk.calls) == 5
    assert not desk.from_the_future


def test_slower_than_life_writes_no_message_from_the_future(desk, intake):
    replay(lines_of(2, step=1.0), intake, Pace(speed=0.5))

    assert len(desk.kept) == 2
    assert not desk.from_the_future


@pytest.mark.parametrize("failure", [429, 503, GONE])
def test_what_the_desk_missed_is_sent_again(desk, intake, failure):
    desk.failures = [failure, failure]

    tally = replay(lines_of(3), intake, Pace(batch=2))

    assert len(desk.kept) == 3
    assert (tally.accepted, tally.retries, tally.is_complete) == (3, 2, True)


def test_a_desk_that_stays_away_loses_messages_and_says_how_many(desk, intake):
    desk.failures = [503] * 100
    intake.patience = 0.3

    with pytest.raises(ReplayStopped, match="503"):
        replay(lines_of(3), intake, Pace(batch=2))

    assert (intake.tally.lost, intake.tally.is_complete) == (3, False)


def test_a_call_that_can_never_succeed_is_not_tried_again(desk, intake):
    desk.failures = [401]

    with pytest.raises(ReplayStopped, match="401"):
        replay(lines_of(3), intake, Pace())

    assert len(desk.calls) == 1


def test_a_batch_that_is_too_large_is_halved(desk, intake):
    desk.too_many = 2

    tally = replay(lines_of(5), intake, Pace())

    assert len(desk.kept) == 5
    assert (tally.sent, tally.accepted) == (5, 5)


def test_a_message_that_the_desk_refuses_is_named(desk, intake):
    lines = lines_of(2)
    lines[1].fields["text"] = ""

    tally = replay(lines, intake, Pace())

    assert (tally.accepted, tally.rejected, tally.is_complete) == (1, 1, False)
    assert "m1" in tally.complaints[0]


def test_with_a_secret_every_try_is_a_freshly_signed_webhook(desk):
    secret = new_secret()
    desk.failures = [503]

    replay(lines_of(1), Intake(Address(desk.url, "shop", secret=secret)), Pace())

    [(path, first, body), (_, second, _)] = desk.calls
    now = datetime.now(UTC)
    assert path == "/hooks/shop"
    assert verify(headers=first, body=body, secrets=[secret], now=now) == verify(
        headers=second, body=body, secrets=[secret], now=now
    )


def test_the_command_sends_a_file_and_sums_up(desk, tmp_path, capsys):
    path = tmp_path / "export.csv"
    path.write_text("text,label\nEen,a\nTwee,b\n")

    call_command(
        "replay",
        str(path),
        f"--url={desk.url}",
        "--channel=shop",
        "--token=t",
        "--speed=max",
        "--topic-column=label",
    )

    assert list(desk.kept) == ["export-1", "export-2"]
    assert desk.kept["export-2"]["topic"] == "b"
    assert "sent 2  accepted 2  duplicate 0" in capsys.readouterr().out


def test_the_command_fails_when_a_message_was_lost(desk, tmp_path, capsys):
    path = tmp_path / "export.csv"
    path.write_text('text\n""\nTwee\n')

    with pytest.raises(CommandError, match="Not every message"):
        call_command(
            "replay",
            str(path),
            f"--url={desk.url}",
            "--channel=shop",
            "--token=t",
            "--speed=0",
        )

    assert "rejected 1" in capsys.readouterr().out


def test_the_command_knows_the_desk_that_runs_here(desk, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WEBCARE_VAR", str(tmp_path))
    known = {"url": desk.url, "token": "demo", "channels": [{"slug": "first"}]}
    (tmp_path / "demo.json").write_text(json.dumps(known))
    path = tmp_path / "export.csv"
    path.write_text("text\nEen\n")

    call_command("replay", str(path), "--speed=max")

    [(called, headers, _)] = desk.calls
    assert called == "/api/v1/channels/first/messages"
    assert headers["authorization"] == "Bearer demo"


def test_our_own_intake_keeps_each_message_once(
    live_server, transactional_db, shop, integrator, key_of, pump
):
    address = Address(live_server.url, shop.slug, token=key_of(integrator))
    signed = Address(live_server.url, shop.slug, secret=shop.secret)

    first = replay(lines_of(30), Intake(address), Pace(batch=7))
    again = replay(lines_of(30), Intake(address), Pace(batch=11, shuffle=3))
    hooked = replay(lines_of(30), Intake(signed), Pace(batch=13))
    pump()

    assert (first.accepted, first.duplicate) == (30, 0)
    assert (again.accepted, again.duplicate) == (0, 30)
    assert hooked.is_complete
    assert Message.objects.count() == 30
