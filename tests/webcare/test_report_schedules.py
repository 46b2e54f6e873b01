"""A report is sent once per instant, as its owner may see it then, and no wider."""

import csv
import json
from datetime import time, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.formats import date_format

from conversations.models.bulk import fetch
from webcare.actions import mails
from webcare.actions.report_schedules import make_schedule, send_due, send_now, zone
from webcare.actions.tickets import route_ticket
from webcare.domain.report_schedules import ReportName
from webcare.exceptions import Invalid, NotAllowed
from webcare.models import (
    AuditEntry,
    Ending,
    Mail,
    Membership,
    ReportMailing,
    ReportSchedule,
    Ticket,
    TicketEvent,
    Turn,
    User,
)

pytestmark = pytest.mark.django_db
PATH = "/api/v1/report-schedules"
DAILY = [1, 2, 3, 4, 5, 6, 7]


@pytest.fixture
def schedule(lena):
    def make(owner=lena, **fields):
        given = {
            "name": "Every morning",
            "report": "response-rate",
            "by": "queue",
            "period": "last_7_days",
            "days": DAILY,
            "at": time(8),
            "to": ["board@example.org", "desk@example.org"],
        }
        return make_schedule(user=owner, **(given | fields))

    return make


def come(by=timedelta(seconds=1)):
    """Let the time of every schedule have come so long ago."""
    ReportSchedule.objects.update(next_at=timezone.now() - by)


@pytest.fixture
def old_ticket(make_ticket):
    """A ticket of the last seven days."""
    posted_at = (timezone.now() - timedelta(days=2)).isoformat()
    return make_ticket(posted_at=posted_at)


def test_a_report_is_sent_to_each_reader_once(schedule, old_ticket):
    made = schedule()
    assert send_due() == 0
    come()

    assert (send_due(), send_due()) == (1, 0)
    assert mails.send_due_mails() == 2
    assert [letter.to for letter in mail.outbox] == [
        ["board@example.org"],
        ["desk@example.org"],
    ]
    made.refresh_from_db()
    assert made.next_at > timezone.now()
    assert ReportMailing.objects.get().instant == made.last_at


def test_the_letter_is_read_in_any_program_and_has_all_in_a_table(schedule, old_ticket):
    schedule()
    come()
    send_due()
    mails.send_due_mails()

    letter = mail.outbox[0]
    [(html, kind)] = letter.alternatives
    [(name, table, table_kind)] = letter.attachments
    assert letter.subject.startswith("Every morning: ")
    assert "Beantwoord, van wat een antwoord nodig had" in letter.body
    assert "Shop: 0" in letter.body
    assert (kind, table_kind, name) == ("text/html", "text/csv", "response-rate.csv")
    assert 'lang="nl"' in html
    assert "<svg" not in html
    assert "<script" not in html
    assert "Shop" in html
    assert table.splitlines()[0].startswith("name,key,needs_answer_of,")
    assert table.splitlines()[1].startswith("Shop,shop,1,")


def test_a_percentile_that_few_have_reached_says_so_in_the_table(schedule, make_ticket):
    """Known of two days ago, and waiting since."""
    ago = timezone.now() - timedelta(days=2)
    make_ticket(posted_at=ago.isoformat())
    Turn.objects.update(known_from=ago)
    schedule(report="response-times", to=["a@example.org"])
    come()
    send_due()

    head, row = csv.reader(Mail.objects.get().attachment.splitlines())
    told = dict(zip(head, row, strict=True))
    assert (told["waiting"], told["p50_seconds"]) == ("1", "not reached")
    assert told["p95_seconds"] == "not reached"


def test_a_letter_in_english_is_in_english(schedule, old_ticket):
    schedule(language="en")
    come()
    send_due()

    assert "Answered, of what needed an answer" in Mail.objects.first().body


def test_names_cannot_break_out_of_the_letter(schedule, old_ticket, shop_queue):
    shop_queue.name = "<script>x</script>"
    shop_queue.save()
    schedule()
    come()
    send_due()

    assert "<script>" not in Mail.objects.first().html


def test_what_was_sent_keeps_no_word_and_no_table(schedule, old_ticket):
    schedule()
    come()
    send_due()
    mails.send_due_mails()

    kept = {(one.body, one.html, one.attachment) for one in Mail.objects.all()}
    assert kept == {("", "", "")}
    with pytest.raises(IntegrityError, match="no_file"), transaction.atomic():
        Mail.objects.update(attachment="x")


def test_an_instant_is_never_sent_twice(schedule, old_ticket):
    made = schedule()
    come()
    send_due()
    made.refresh_from_db()
    ReportSchedule.objects.update(next_at=made.last_at)

    send_due()
    assert (ReportMailing.objects.count(), Mail.objects.count()) == (1, 2)


def test_one_that_fails_holds_no_other_back_and_is_tried_again(schedule, old_ticket):
    broken, whole = schedule(), schedule(to=["a@example.org"])
    ReportSchedule.objects.filter(pk=broken.pk).update(by="mood")
    come(timedelta(minutes=1))
    ReportSchedule.objects.filter(pk=whole.pk).update(next_at=timezone.now())

    assert (send_due(), Mail.objects.get().to) == (1, "a@example.org")
    ReportSchedule.objects.filter(pk=broken.pk).update(by="queue")
    assert (send_due(), Mail.objects.count()) == (1, 3)


def test_figures_of_people_that_nobody_wants_any_more_are_not_sent(
    schedule, old_ticket, settings
):
    made = schedule(by="agent")
    settings.AGENT_FIGURES = False
    come()
    send_due()

    made.refresh_from_db()
    assert (made.is_on, Mail.objects.count()) == (False, 0)


def test_times_that_went_by_unseen_are_one_letter(schedule, old_ticket):
    schedule()
    come(timedelta(days=3))

    assert (send_due(), Mail.objects.count()) == (1, 2)


def test_who_may_not_see_it_any_more_sends_it_no_more_and_is_told(
    schedule, old_ticket, lena
):
    User.objects.filter(pk=lena.pk).update(email="lena@example.org")
    made = schedule()
    Membership.objects.filter(user=lena).delete()
    come()
    send_due()

    made.refresh_from_db()
    [letter] = Mail.objects.all()
    assert (made.is_on, made.stopped_because) == (False, "not_allowed")
    assert (letter.to, "wordt niet meer" in letter.subject) == (
        "lena@example.org",
        True,
    )
    assert (letter.html, letter.attachment) == ("", "")


def test_it_holds_what_its_owner_may_see_and_no_more(
    schedule, lena, root, make_ticket, power_queue
):
    posted_at = (timezone.now() - timedelta(days=2)).isoformat()
    make_ticket(posted_at=posted_at)
    other = make_ticket(posted_at=posted_at)
    route_ticket(ticket=other, user=root, queue=power_queue)
    schedule(to=["a@example.org"])
    schedule(owner=root, to=["b@example.org"])
    come()
    send_due()

    tables = dict(Mail.objects.values_list("to", "attachment"))
    assert "power" not in tables["a@example.org"]
    assert "power" in tables["b@example.org"]


def test_figures_of_people_are_not_sent_by_who_may_not_see_them(schedule, ada):
    with pytest.raises(NotAllowed):
        schedule(owner=ada)


def test_reports_go_to_the_domains_that_they_may_go_to(schedule, settings):
    settings.REPORT_DOMAINS = ["example.org"]
    schedule(to=["a@example.org", "b@desk.example.org"])

    for address in ("a@example.com", "a@notexample.org"):
        with pytest.raises(Invalid):
            schedule(to=[address])


def test_sent_by_hand_it_goes_beside_its_times(schedule, old_ticket, lena):
    made = schedule()
    before = made.next_at
    send_now(user=lena, schedule=made)

    made.refresh_from_db()
    assert (made.next_at, Mail.objects.count()) == (before, 2)
    assert ReportMailing.objects.get().by_hand


# What comes in is nobody's, and agents are told by agent.
NOT_BY = {("volume", "agent"), ("agents", "day")}


@pytest.mark.parametrize(
    ("report", "by"),
    [
        (report, by)
        for report in ReportName
        for by in ("", "agent", "day")
        if (report, by) not in NOT_BY
    ],
)
def test_every_report_can_be_sent_by_everything(schedule, old_ticket, root, report, by):
    made = schedule(owner=root, report=report, by=by)
    send_now(user=root, schedule=made)

    assert Mail.objects.count() == 2


@pytest.fixture
def body():
    return {
        "name": "Weekly",
        "report": "satisfaction",
        "by": "queue",
        "period": "last_week",
        "days": [1],
        "time": "08:30",
        "to": ["a@example.org"],
    }


def send(client, verb, path, body=None):
    return getattr(client, verb)(path, json.dumps(body or {}), "application/json")


def test_it_is_made_changed_sent_and_ended_over_the_api(as_client, lena, body):
    client = as_client(lena)
    made = send(client, "post", PATH, body)
    assert made.status_code == 201, made.content
    where = f"{PATH}/{made.json()['id']}"
    assert made.json()["time"] == "08:30"
    assert made.json()["owner"] == {"id": str(lena.public_id), "name": "Lena"}

    changed = send(client, "patch", where, {"days": [5, 1, 5], "is_on": False})
    assert (changed.json()["days"], changed.json()["is_on"]) == ([1, 5], False)
    assert send(client, "post", f"{where}/send").status_code == 202
    assert len(client.get(PATH).json()["results"]) == 1
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == 404
    kinds = AuditEntry.objects.values_list("what", flat=True)
    assert {"report_scheduled", "report_rescheduled", "report_unscheduled"} <= {*kinds}


def test_anothers_schedule_is_not_there(as_client, schedule, root, power_queue, bo):
    made = schedule()
    Membership.objects.filter(user=bo).update(role="lead")

    assert as_client(bo).get(f"{PATH}/{made.public_id}").status_code == 404
    assert as_client(bo).get(PATH).json()["results"] == []
    assert as_client(root).get(f"{PATH}/{made.public_id}").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"report": "secrets"},
        {"by": "mood"},
        {"period": "always"},
        {"days": [8]},
        {"days": []},
        {"time": "25:00"},
        {"to": ["nobody"]},
        {"to": []},
    ],
)
def test_what_cannot_be_sent_is_refused(as_client, lena, body, wrong):
    assert send(as_client(lena), "post", PATH, body | wrong).status_code == 422


@pytest.mark.parametrize(
    ("report", "by", "says"),
    [
        ("service-level", "queue", "Eerste antwoorden op tijd"),
        ("volume", "queue", "Shop: 1"),
        ("agents", "", "Tijd besteed aan tickets"),
    ],
)
def test_promises_volume_and_agents_are_sent_too(
    schedule, old_ticket, report, by, says
):
    schedule(report=report, by=by)
    come()

    assert send_due() == 1
    assert says in Mail.objects.first().body


def test_agents_are_told_to_who_may_see_people_by_agent_alone(
    schedule, old_ticket, settings
):
    with pytest.raises(Invalid):
        schedule(report="agents", by="queue")
    settings.AGENT_FIGURES = False
    with pytest.raises(NotAllowed):
        schedule(report="agents", by="agent")


@pytest.fixture
def desk(make_ticket, ada):
    """One ticket lives since two days ago, one was answered and resolved ten days ago.

    Of the first the author was told after a minute, and answered after an hour.
    """

    def told(ticket, ago, **fields):
        at = timezone.now() - ago
        Ticket.objects.filter(pk=ticket.pk).update(opened_at=at, changed_at=at)
        TicketEvent.objects.filter(ticket=ticket).update(recorded_at=at)
        hour = at + timedelta(hours=1)
        Turn.objects.filter(ticket=ticket).update(
            outcome="answered",
            started_at=at,
            known_from=at,
            ended_at=hour,
            end_known_at=hour,
            calendar_seconds=3_600,
            acknowledged_at=at + timedelta(minutes=1),
            acknowledged_known_at=at + timedelta(minutes=1),
            answered_by=ada,
            queue=ticket.queue,
        )
        return hour

    lives, resolved = make_ticket(), make_ticket()
    fetch("SET LOCAL session_replication_role = replica", [])
    told(lives, timedelta(days=2))
    end = told(resolved, timedelta(days=10))
    Ticket.objects.filter(pk=resolved.pk).update(
        status="resolved", resolved_at=end, resolution="answered"
    )
    for ticket, at in ((resolved, end), (lives, timezone.now() - timedelta(days=1))):
        Ending.objects.create(
            ticket=ticket,
            channel=ticket.channel,
            queue=ticket.queue,
            opened_at=at - timedelta(hours=1),
            at=at,
            known_at=at,
            number=1,
            outcome="answered",
            calendar_seconds=3_600,
            priority="normal",
        )
    fetch("SET LOCAL session_replication_role = origin", [])


@pytest.mark.parametrize(
    ("report", "says"),
    [
        ("backlog", "Shop: 1"),
        ("reopen-rate", "Heropend, van opgelost\n  Shop: 0,0 %"),
        ("first-contact-resolution", "In één keer, van beantwoord\n  Shop: 100,0 %"),
        ("first-response-times", "Shop: 59 min"),  # an hour, to 1 %
        ("first-acknowledgements", "Shop: 1 min"),
    ],
)
def test_what_lay_came_back_or_was_heard_is_sent_too(schedule, desk, report, says):
    schedule(report=report, to=["a@example.org"])
    come()

    assert send_due() == 1
    [letter] = Mail.objects.all()
    assert says in letter.body
    assert letter.attachment_name == f"{report}.csv"
    assert letter.attachment.splitlines()[1].startswith("Shop,shop,1,")


def test_what_is_decided_a_week_later_is_told_of_the_week_before(schedule, desk):
    made = schedule(report="first-contact-resolution", language="en")
    come()
    send_due()

    made.refresh_from_db()
    days = [(made.last_at - timedelta(days=n)).astimezone(zone()) for n in (14, 8)]
    with translation.override("en"):
        said = " – ".join(date_format(day.date(), "DATE_FORMAT") for day in days)
    assert Mail.objects.first().subject.endswith(said)
