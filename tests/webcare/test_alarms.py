"""Danger rings along the list until somebody acknowledges, whatever else happens."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from conversations.actions.batches import drain
from conversations.adapters.signatures import verify
from conversations.models.bulk import fetch
from webcare.actions import alarm_calls, alarms, mails, on_call
from webcare.exceptions import Invalid, NotAllowed, NotFound
from webcare.models import (
    Alarm,
    AlarmCall,
    Mail,
    Notification,
    OnCall,
    Ticket,
    Topic,
    TopicRule,
)
from webcare.queries.alarms import alarms_due, letters_due

pytestmark = pytest.mark.django_db

GAS = "I smell gas in the hall"


@pytest.fixture
def danger(shop_queue):
    topic = Topic.objects.create(
        slug="danger", name="Danger", queue=shop_queue, is_danger=True
    )
    TopicRule.objects.create(topic=topic, kind="phrase", pattern="smell gas")
    return topic


@pytest.fixture
def first(db):
    return OnCall.objects.create(position=1, name="Fay", email="fay@example.org")


@pytest.fixture
def second(lena):
    return OnCall.objects.create(
        position=2, name="Sam", email="sam@example.org", user=lena, wait_minutes=10
    )


@pytest.fixture
def burning(danger, make_ticket):
    return make_ticket(text=GAS)


def later(minutes=5):
    """Let time pass for the alarms that ring."""
    fetch(
        "UPDATE webcare_alarm SET next_at = next_at - make_interval(mins => %s)",
        [minutes],
    )


def ring_again():
    alarm_calls.ring_again()
    for _ in drain(alarm_calls.STAGE):
        pass


def told():
    return list(AlarmCall.objects.order_by("id").values_list("on_call__name", "by"))


def link_in(letter):
    [line] = [one for one in letter.body.splitlines() if "/alarms/" in one]
    return line.rsplit("/", 1)[1]


def kinds(ticket):
    return [
        kind
        for kind in ticket.events.order_by("id").values_list("kind", flat=True)
        if kind.startswith("alarm")
    ]


def test_talk_of_danger_rings_for_the_first_on_the_list(burning, first, second):
    """The list was empty when it was heard: the alarm waits, and is not lost."""
    assert told() == []
    later()
    ring_again()

    assert told() == [("Fay", "mail")]
    assert kinds(burning) == ["alarm_raised", "alarm_sent"]


def test_the_relay_finds_who_is_to_be_told_without_a_sweep(first, second, burning):
    assert not alarms_due()
    assert letters_due() == [()]
    later()
    assert alarms_due() == [()]
    assert not alarms_due(for_seconds=600)

    alarm_calls.ring_again()
    assert not alarms_due()  # the stage has it
    mails.send_due_mails()
    assert not letters_due()


def test_the_next_is_told_when_nobody_acknowledges(first, second, burning):
    ring_again()
    assert told() == [("Fay", "mail")]
    later(4)
    ring_again()
    assert told() == [("Fay", "mail")]
    later(1)
    ring_again()

    assert told() == [("Fay", "mail"), ("Sam", "page"), ("Sam", "mail")]
    assert Notification.objects.get().kind == "danger"


def test_after_the_last_the_first_is_told_again(first, second, burning):
    later(5)
    ring_again()
    later(10)
    ring_again()

    assert [name for name, by in told() if by == "mail"] == ["Fay", "Sam", "Fay"]


def test_who_is_not_on_duty_is_left_out(first, second, burning):
    OnCall.objects.filter(pk=second.pk).update(is_active=False)
    later(5)
    ring_again()

    assert [name for name, _ in told()] == ["Fay", "Fay"]


def test_acknowledging_ends_it(first, second, burning, ada):
    alarm = Alarm.objects.get()
    alarms.acknowledge(alarm=alarm, user=ada)
    alarms.acknowledge(alarm=alarm, user=ada)
    later(60)
    ring_again()

    assert told() == [("Fay", "mail")]
    assert kinds(burning) == ["alarm_raised", "alarm_sent", "alarm_acknowledged"]
    assert (alarm.acknowledged_by, alarm.next_at) == (ada, None)


def test_who_may_not_work_there_cannot_acknowledge(first, burning, cas):
    with pytest.raises(NotAllowed):
        alarms.acknowledge(alarm=Alarm.objects.get(), user=cas)


def test_danger_after_an_acknowledgement_rings_anew(
    first, burning, ada, hear, item, shop
):
    alarms.acknowledge(alarm=Alarm.objects.get(), user=ada)
    author = {"external_id": burning.author.external_id}
    said = burning.ticket_messages.get().message.external_id
    hear(shop, item(text=GAS, author=author, in_reply_to=said))

    assert Alarm.objects.filter(ticket=burning).count() == 2
    assert Alarm.objects.filter(acknowledged_at=None).count() == 1


def test_more_danger_while_it_rings_is_the_same_alarm(first, burning, hear, item, shop):
    author = {"external_id": burning.author.external_id}
    said = burning.ticket_messages.get().message.external_id
    hear(shop, item(text=GAS, author=author, in_reply_to=said))

    assert Alarm.objects.get().ticket == burning
    assert told() == [("Fay", "mail")]


def test_ordinary_talk_rings_for_nobody(danger, first, make_ticket):
    make_ticket(text="Where is my parcel?")

    assert not Alarm.objects.exists()


def test_danger_on_a_channel_that_only_listens_rings_too(
    danger, first, hear, item, forum
):
    hear(forum, item(text=GAS, addressed=False))

    assert Ticket.objects.get().is_danger
    assert told() == [("Fay", "mail")]


def test_a_flood_is_one_letter(danger, first, hear, item, shop):
    hear(shop, *(item(text=GAS) for _ in range(30)))
    mails.send_due_mails()

    assert Alarm.objects.count() == 30
    [letter] = mail.outbox
    assert letter.subject == "Gevaar: 30 tickets hebben nu iemand nodig"
    assert "10" in letter.body


def test_a_letter_holds_no_word_of_the_customer(first, burning):
    mails.send_due_mails()

    [letter] = mail.outbox
    assert f"#{burning.number}" in letter.body
    assert "smell" not in letter.body + letter.subject
    assert settings.PUBLIC_URL in letter.body
    assert not Mail.objects.exclude(body="").exists()


def test_the_link_in_a_letter_ends_all_it_named(
    danger, first, hear, item, shop, client
):
    hear(shop, item(text=GAS), item(text=GAS))
    mails.send_due_mails()
    where = f"/alarms/{link_in(mail.outbox[0])}"

    looked = client.get(where)
    assert Alarm.objects.filter(acknowledged_at=None).count() == 2
    pressed = client.post(where)

    assert (looked.status_code, pressed.status_code) == (200, 200)
    assert not Alarm.objects.filter(acknowledged_at=None).exists()
    assert {one.acknowledged_on_call for one in Alarm.objects.all()} == {first}


def test_a_link_ends_after_a_day(first, burning, client):
    mails.send_due_mails()
    key = link_in(mail.outbox[0])
    AlarmCall.objects.update(called_at=timezone.now() - timedelta(hours=25))

    assert client.post(f"/alarms/{key}").status_code == 410
    assert client.get("/alarms/made-up").status_code == 410
    with pytest.raises(NotFound):
        alarms.acknowledge_by_link(key=key)
    assert Alarm.objects.get().acknowledged_at is None


def test_only_the_digest_of_a_link_is_kept(first, burning):
    mails.send_due_mails()
    key = link_in(mail.outbox[0])

    assert len(bytes(AlarmCall.objects.get().digest)) == 32
    assert not fetch(
        "SELECT 1 FROM webcare_alarmcall c WHERE c::text LIKE %s", [f"%{key}%"]
    )


class Pager(BaseHTTPRequestHandler):
    answers: list[int] = []
    heard: list[tuple[dict[str, str], bytes]] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        named = {name.lower(): value for name, value in self.headers.items()}
        self.heard.append((named, body))
        self.send_response(self.answers.pop(0) if self.answers else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def pager():
    Pager.answers, Pager.heard = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pager)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/alarm"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_is_called_signed_and_again_until_it_takes_it(
    root, pager, danger, make_ticket
):
    _, secret = on_call.add_on_call(
        user=root, position=1, name="Pager", webhook_url=pager
    )
    Pager.answers = [503]
    ticket = make_ticket(text=GAS)

    alarm_calls.call_webhooks()
    AlarmCall.objects.update(due_at=timezone.now())
    alarm_calls.call_webhooks()
    alarm_calls.call_webhooks()

    [(once, body), (twice, _)] = Pager.heard
    assert once["webhook-id"] == twice["webhook-id"]
    assert verify(headers=once, body=body, secrets=[secret], now=timezone.now())
    assert json.loads(body)["ticket"]["number"] == ticket.number
    assert "smell" not in body.decode()
    assert AlarmCall.objects.get().state == "sent"


def test_a_webhook_that_never_takes_it_is_given_up_and_shown(
    root, pager, danger, make_ticket
):
    on_call.add_on_call(user=root, position=1, name="Pager", webhook_url=pager)
    Pager.answers = [500] * 20
    make_ticket(text=GAS)
    for _ in range(10):
        alarm_calls.call_webhooks()
        AlarmCall.objects.filter(state="waiting").update(due_at=timezone.now())

    call = AlarmCall.objects.get()
    assert (call.state, call.failure) == ("failed", "status 500")
    assert len(Pager.heard) == alarm_calls.MAX_ATTEMPTS


def test_an_address_inside_is_refused(root):
    with pytest.raises(Invalid) as refused:
        on_call.add_on_call(
            user=root, position=1, name="Inside", webhook_url="http://169.254.169.254/"
        )

    assert "webhook_url" in refused.value.errors


def test_somebody_nobody_can_reach_is_no_help(root):
    with pytest.raises(Invalid):
        on_call.add_on_call(user=root, position=1, name="Nobody")
    with pytest.raises(IntegrityError), transaction.atomic():
        OnCall.objects.create(position=1, name="Nobody")


@pytest.mark.django_db(transaction=True)
def test_many_rings_at_once_tell_each_person_once(danger, first, second, make_ticket):
    ticket = make_ticket(text=GAS)
    later(5)
    alarm = Alarm.objects.get().pk
    gate = threading.Barrier(8)

    def ring():
        gate.wait()
        with transaction.atomic():
            alarm_calls.ring([alarm])
        connection.close()

    threads = [threading.Thread(target=ring) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert [name for name, by in told() if by == "mail"] == ["Fay", "Sam"]
    assert kinds(ticket).count("alarm_sent") == 2


def test_ringing_costs_the_same_for_many(
    danger, first, second, hear, item, shop, django_assert_num_queries
):
    hear(shop, *(item(text=GAS) for _ in range(20)))
    later(5)
    some = list(Alarm.objects.values_list("pk", flat=True))

    with django_assert_num_queries(5):
        alarm_calls.ring(some[:1])
    with django_assert_num_queries(5):
        alarm_calls.ring(some[1:])


def test_an_alarm_is_listed_for_whom_it_was_told_to(
    first, second, burning, as_client, lena, ada
):
    asked = "/api/v1/alarms?rings=true&told=true"
    before = as_client(lena).get(asked).json()["results"]
    later()
    ring_again()
    later()
    ring_again()

    told_lena = as_client(lena).get(asked).json()["results"]
    assert before == []
    assert [one["number"] for one in told_lena] == [burning.number]
    assert as_client(ada).get(asked).json()["results"] == []
    others = as_client(lena).get("/api/v1/alarms?told=false").json()["results"]
    assert others == []
