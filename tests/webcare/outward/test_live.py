"""Live streams: what happens is heard by who may see it, once, and without a gap."""

import json
import queue
import time
from threading import Event as Flag
from threading import Thread

import pytest
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from conversations.models.bulk import fetch
from webcare.actions.log import record
from webcare.actions.tokens import revoke_token
from webcare.api import live, live_hub
from webcare.domain.permissions import Role
from webcare.domain.tokens import Scope
from webcare.models import (
    ApiToken,
    Membership,
    Notification,
    TicketEvent,
    TicketPresence,
    User,
)

pytestmark = pytest.mark.django_db(transaction=True)
Kind = TicketEvent.Kind
WHERE = "/api/v1/live"


class Ear:
    """Reads one stream on a thread of its own; the events, as a browser takes them."""

    def __init__(self, client, last=None):
        headers = {"accept": "text/event-stream"}
        if last is not None:
            headers["last-event-id"] = last
        self.answer = client.get(WHERE, headers=headers)
        self.events = queue.Queue()
        self.is_over = Flag()
        if self.answer.status_code == 200:
            Thread(target=self._read, daemon=True).start()
            self.next("begin")

    def _read(self):
        text, last = "", None
        for part in self.answer.streaming_content:
            text += part.decode()
            while "\n\n" in text:
                block, _, text = text.partition("\n\n")
                fields = dict(
                    line.split(": ", 1) for line in block.split("\n") if ": " in line
                )
                last = fields.get("id", last)
                if "retry" in fields:
                    self.events.put(("begin", None, None))
                if "event" in fields:
                    data = json.loads(fields["data"])
                    self.events.put((fields["event"], data, last))
        self.is_over.set()
        self.answer.close()
        connections.close_all()

    def next(self, *names, seconds=10):
        """The next event with one of these names; others are passed over."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                found = self.events.get(timeout=left)
            except queue.Empty:
                break
            if found[0] in names:
                return found
        raise AssertionError(f"Nothing called {names} was heard.")

    def ids(self, count, name="ticket.tagged"):
        return [self.next(name)[1]["id"] for _ in range(count)]


@pytest.fixture
def listen(as_client, rest, monkeypatch):
    """Open a stream as somebody, once the log has come to rest."""
    for name, seconds in {
        "POLL": 0.05,
        "ROOMS": 0.1,
        "UNREAD": 0.1,
        "COUNTERS": 0.1,
    }.items():
        monkeypatch.setattr(live_hub, f"{name}_SECONDS", seconds)
    hub = live_hub.Hub()
    monkeypatch.setattr(live, "hub", hub)

    def start(user, last=None):
        rest()
        before = len(hub._streams)
        ear = Ear(as_client(user), last)
        while ear.answer.status_code == 200 and len(hub._streams) == before:
            time.sleep(0.01)
        return ear

    yield start
    hub.stop()


def tag(ticket, kind=Kind.TAGGED, **data):
    record(ticket, kind, at=timezone.now(), **data)
    return TicketEvent.objects.latest("id").pk


def move(ticket, queue_):
    """To another queue, with the line in the log that every such change has."""
    fetch(
        "UPDATE webcare_ticket SET queue_id = %s WHERE id = %s", [queue_.pk, ticket.pk]
    )
    return tag(ticket, Kind.ROUTED, queue=queue_.pk)


def test_what_happens_is_heard_as_the_api_shows_it(listen, ada, ticket, as_client):
    ear = listen(ada)
    pk = tag(ticket, tag=7)

    name, data, last = ear.next("ticket.tagged")

    shown = as_client(ada).get(f"/api/v1/tickets/{ticket.public_id}/events").json()
    [event] = [one for one in shown["results"] if one["id"] == pk]
    assert data == event
    assert last.endswith(f".{pk}")


def test_only_who_may_see_a_ticket_hears_of_it(
    listen, ada, cas, ticket, make_ticket, power_queue
):
    hidden = make_ticket()
    move(hidden, power_queue)
    adas, cass = listen(ada), listen(cas)
    tag(hidden)
    expected = tag(ticket)

    assert adas.ids(1) == [expected]
    with pytest.raises(AssertionError):
        cass.next("ticket.tagged", "ticket.gone", "counters", seconds=0.5)


def test_a_ticket_that_leaves_ones_sight_is_gone_and_no_more(
    listen, ada, root, ticket, power_queue
):
    adas, roots = listen(ada), listen(root)
    move(ticket, power_queue)
    tag(ticket)

    assert adas.next("ticket.gone", "ticket.routed")[:2] == (
        "ticket.gone",
        {"ticket": str(ticket.public_id)},
    )
    assert roots.next("ticket.gone", "ticket.routed")[0] == "ticket.routed"
    with pytest.raises(AssertionError):
        adas.next("ticket.tagged", seconds=0.5)


def test_somebody_elses_people_do_not_hear_where_a_ticket_was(
    listen, ada, shop_queue, power_queue, ticket, as_client
):
    eva = User.objects.create_user("eva", is_external=True)
    Membership.objects.create(user=eva, queue=shop_queue, role=Role.AGENT)
    evas, adas = listen(eva), listen(ada)
    with transaction.atomic():  # so that it is in sight when either line is told
        away, back = move(ticket, power_queue), move(ticket, shop_queue)

    address = f"/api/v1/tickets/{ticket.public_id}/events"
    for ear, person, was in ((evas, eva, None), (adas, ada, "power")):
        shown = as_client(person).get(address).json()["results"]
        shown = {one["id"]: one for one in shown}
        heard = [ear.next("ticket.routed")[1] for _ in range(2)]
        assert heard == [shown[away], shown[back]]
        assert heard[0]["data"].get("queue") == was


def test_it_resumes_after_the_last_event_heard(listen, ada, ticket):
    ear = listen(ada)
    tag(ticket)
    _, _, last = ear.next("ticket.tagged")
    missed = [tag(ticket), tag(ticket)]

    assert listen(ada, last).ids(2) == missed


def test_a_resume_of_more_than_one_batch_is_complete(listen, ada, ticket, monkeypatch):
    monkeypatch.setattr(live_hub, "BATCH", 7)
    ear = listen(ada)
    tag(ticket)
    _, _, last = ear.next("ticket.tagged")
    missed = [tag(ticket) for _ in range(40)]

    assert listen(ada, last).ids(40) == missed


def test_what_is_committed_late_is_heard_before_what_began_later(listen, ada, ticket):
    ear = listen(ada)
    written, go_on = Flag(), Flag()

    def slow():
        with transaction.atomic():
            tag(ticket, Kind.LINKED)
            written.set()
            go_on.wait(10)
        connections.close_all()

    thread = Thread(target=slow)
    thread.start()
    written.wait(10)
    tag(ticket)
    with pytest.raises(AssertionError):
        ear.next("ticket.tagged", "ticket.linked", seconds=0.5)
    go_on.set()
    thread.join()

    assert ear.next("ticket.tagged", "ticket.linked")[0] == "ticket.linked"
    assert ear.next("ticket.tagged", "ticket.linked")[0] == "ticket.tagged"


def test_many_streams_at_one_place_cost_one_look(
    listen, ada, bo, lena, root, ticket, monkeypatch
):
    looks = []
    real = live_hub.log_after
    ears = [listen(user) for user in (ada, bo, lena, root) for _ in range(2)]
    tag(ticket)
    for ear in ears:
        ear.next("ticket.tagged")
    monkeypatch.setattr(
        live_hub, "log_after", lambda *given: looks.append(given[0]) or real(*given)
    )
    tag(ticket)
    for ear in ears:
        ear.next("ticket.tagged")

    assert len(looks) <= 3


def test_a_role_that_is_taken_away_counts_at_the_next_event(listen, ada, ticket):
    ear = listen(ada)
    Membership.objects.filter(user=ada).delete()
    tag(ticket)

    with pytest.raises(AssertionError):
        ear.next("ticket.tagged", "ticket.gone", seconds=0.5)


def test_a_revoked_token_ends_the_stream_before_the_next_event(
    listen, ada, root, ticket
):
    ear = listen(ada)
    revoke_token(user=root, token_id=ApiToken.objects.get().public_id)
    tag(ticket)

    assert ear.next("ticket.tagged", "end") == ("end", {"reason": "signed_out"}, None)
    assert ear.is_over.wait(5)


def test_a_quiet_stream_is_asked_again_as_well(listen, ada, root, monkeypatch):
    monkeypatch.setattr(live_hub, "RECHECK_SECONDS", 0.1)
    ear = listen(ada)
    ada.is_active = False
    ada.save()

    assert ear.next("end")[1] == {"reason": "signed_out"}


def sign_in(person):
    person.set_password("a good long password")
    person.save()
    browser = Client()
    browser.force_login(person)
    return browser


def test_a_session_listens_until_it_ends(listen, ada, ticket):
    browser = sign_in(ada)
    ear = Ear(browser)
    pk = tag(ticket)
    heard = ear.ids(1)
    browser.logout()
    tag(ticket)

    assert heard == [pk]
    assert ear.next("ticket.tagged", "end")[0] == "end"


def test_a_new_password_ends_the_streams_of_the_old_one(listen, ada, ticket):
    ear = Ear(sign_in(ada))
    ada.set_password("another long password")
    ada.save()
    tag(ticket)

    assert ear.next("ticket.tagged", "end")[0] == "end"


def test_too_many_streams_of_a_person_are_told_to_wait(listen, ada, bo, settings):
    settings.LIVE_PER_PERSON = 1
    first, second, others = listen(ada), listen(ada), listen(bo)

    assert (first.answer.status_code, others.answer.status_code) == (200, 200)
    assert second.answer.status_code == 503
    assert second.answer.headers["Retry-After"] == "10"
    assert second.answer.headers["Content-Type"] == "application/problem+json"


def test_a_process_has_room_for_so_many(listen, ada, bo, settings):
    settings.LIVE_PER_PROCESS = 1
    listen(ada)

    assert listen(bo).answer.status_code == 503


def test_who_hangs_up_makes_room(listen, ada, settings):
    settings.LIVE_PER_PERSON = 1
    ear = listen(ada)
    live.hub._streams[next(iter(live.hub._streams))].line.shutdown(2)
    assert ear.is_over.wait(5)
    for _ in range(100):
        if live.hub.count(ada.pk) == (0, 0):
            break
        time.sleep(0.02)

    assert listen(ada).answer.status_code == 200


def test_a_place_that_is_none_is_refused(as_client, ada):
    client = as_client(ada)

    for last in ("x", "1", "1.2.3", "-1.2", "9" * 30 + ".1"):
        answer = client.get(WHERE, headers={"last-event-id": last})
        assert answer.status_code == 422


def test_a_token_that_may_not_read_hears_nothing(as_client, ada, client):
    assert as_client(ada, Scope.INTAKE).get(WHERE).status_code == 403
    assert client.get(WHERE).status_code == 401


def test_a_long_silence_is_broken_and_keeps_the_place(
    listen, ada, ticket, as_client, monkeypatch
):
    monkeypatch.setattr(live_hub, "HEARTBEAT_SECONDS", 0.1)
    answer = as_client(ada).get(WHERE)
    parts = iter(answer.streaming_content)
    heard = b"".join(next(parts) for _ in range(3))
    answer.close()

    assert heard.startswith(b"retry: 2000\n\n: still here\nid: ")


def test_it_ends_after_its_longest_time(listen, ada, settings, monkeypatch):
    monkeypatch.setattr(live_hub, "HEARTBEAT_SECONDS", 0.1)
    settings.LIVE_SECONDS = 0
    ear = listen(ada)

    assert ear.next("end")[1] == {"reason": "reconnect"}
    assert ear.is_over.wait(5)


def test_presence_is_told_to_who_sees_the_ticket(listen, ada, bo, cas, ticket):
    adas, cass = listen(ada), listen(cas)
    TicketPresence.objects.create(ticket=ticket, user=bo, doing="typing")
    _, came, _ = adas.next("presence")
    late = listen(ada).next("presence")[1]
    TicketPresence.objects.all().delete()
    _, left, _ = adas.next("presence")

    assert came == late
    assert came == {
        "ticket": str(ticket.public_id),
        "people": [{"id": str(bo.public_id), "name": "Bo", "doing": "typing"}],
    }
    assert left == {"ticket": str(ticket.public_id), "people": []}
    with pytest.raises(AssertionError):
        cass.next("presence", seconds=0.3)


def test_counts_that_may_have_changed_are_hinted_at(listen, ada, ticket):
    ear = listen(ada)
    tag(ticket)
    tag(ticket, Kind.PRIORITY_CHANGED, priority="high")

    names = [ear.next("ticket.tagged", "ticket.priority_changed", "counters")[0]]
    names += [ear.next("ticket.priority_changed", "counters")[0] for _ in range(2)]
    assert names == ["ticket.tagged", "ticket.priority_changed", "counters"]


def test_who_is_told_something_hears_that_and_nobody_else_does(listen, ada, bo, ticket):
    adas, bos = listen(ada), listen(bo)
    time.sleep(0.3)
    event = TicketEvent.objects.filter(ticket=ticket).latest("id")
    told = Notification.objects.create(
        user=ada, ticket=ticket, kind="customer_wrote", event=event
    )
    assert adas.next("notifications")[1:2] == ({},)

    told.read_at = timezone.now()
    told.save()

    assert adas.next("notifications")[1] == {}
    for ear in (adas, bos):
        with pytest.raises(AssertionError):
            ear.next("notifications", seconds=0.5)


def test_a_database_that_is_away_for_a_moment_costs_nothing(listen, ada, ticket):
    ear = listen(ada)
    fetch(
        """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()""",
        [],
    )
    pk = tag(ticket)

    assert ear.ids(1) == [pk]


def test_a_stop_ends_all_streams_at_once(listen, ada, bo):
    ears = [listen(ada), listen(bo)]

    live.hub.stop()

    assert [ear.next("end")[1] for ear in ears] == [{"reason": "reconnect"}] * 2
    assert all(ear.is_over.wait(5) for ear in ears)
