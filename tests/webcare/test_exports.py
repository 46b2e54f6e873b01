"""All rows of one kind leave as a stream: flat, resumable, scoped and written down."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from conversations.models.bulk import fetch
from webcare.actions import tickets
from webcare.actions.tickets import route_ticket
from webcare.models import AuditEntry, Membership, Ticket, Turn
from webcare.queries import exports

PATH = "/api/v1/exports"


@pytest.fixture
def read(as_client):
    def ask(user, what, **parameters):
        answer = as_client(user).get(f"{PATH}/{what}", parameters)
        assert answer.status_code == 200, answer.content
        return b"".join(answer.streaming_content).decode()

    return ask


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def many_turns(ticket, count):
    """Turns that were answered, a second after each other."""
    begin = timezone.now() - timedelta(days=30)
    fetch(
        """INSERT INTO webcare_turn (ticket_id, number, outcome, started_at, ended_at,
                                     end_known_at, calendar_seconds, channel_id,
                                     queue_id)
           SELECT %(ticket)s, n + 1, 'answered', %(begin)s + n * interval '1 second',
                  %(begin)s + n * interval '2 seconds', now(), n, %(channel)s, %(queue)s
             FROM generate_series(1, %(count)s) AS n""",
        {
            "ticket": ticket.pk,
            "begin": begin,
            "count": count,
            "channel": ticket.channel_id,
            "queue": ticket.queue_id,
        },
    )


@pytest.mark.django_db
def test_a_ticket_is_told_with_what_it_is_and_nothing_that_was_written(
    read, lena, ada, make_ticket
):
    ticket = make_ticket(text="=cmd() my secret parcel")
    tickets.resolve_ticket(ticket=ticket, user=ada)

    text = read(lena, "tickets")
    [row] = table(text)
    assert (row["ticket"], row["number"]) == (str(ticket.public_id), str(ticket.pk))
    assert (row["queue"], row["topic"], row["channel"]) == (
        "shop",
        "delivery",
        "x-shop",
    )
    assert (row["status"], row["resolution"]) == ("resolved", "no_answer_needed")
    assert "secret" not in text
    assert "Kim" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["tickets", "turns", "endings", "surveys"])
def test_each_kind_is_a_table_and_lines(read, lena, ticket, what):
    head = read(lena, what).splitlines()[0].split(",")
    found = lines(read(lena, what, format="jsonl"))

    assert head[:2] == ["ticket", "number"]
    assert head[-1] == "cursor"
    assert all(list(one) == head for one in found)


@pytest.mark.django_db
def test_no_cell_is_taken_for_a_formula(read, lena, ticket, delivery_topic):
    type(delivery_topic).objects.update(slug="=1+1")

    assert table(read(lena, "tickets"))[0]["topic"] == "'=1+1"


@pytest.mark.django_db
def test_one_exports_what_one_may_see_and_export(
    read, as_client, lena, ada, root, make_ticket, power_queue
):
    mine, other = make_ticket(), make_ticket()
    route_ticket(ticket=other, user=root, queue=power_queue)

    assert [row["number"] for row in table(read(lena, "tickets"))] == [str(mine.pk)]
    assert len(table(read(root, "turns"))) == 2
    assert as_client(ada).get(f"{PATH}/tickets").status_code == 403
    assert as_client(root).get(f"{PATH}/secrets").status_code == 404


@pytest.mark.django_db
def test_each_export_is_written_down(read, as_client, lena, ada, ticket):
    read(lena, "turns", format="jsonl")
    as_client(ada).get(f"{PATH}/turns")

    [entry] = AuditEntry.objects.filter(what="exported")
    assert (entry.who, entry.about) == (lena, "export:turns")
    assert entry.after["format"] == "jsonl"


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_who_was_cut_off_goes_on_behind_the_last_row(
    read, lena, ticket, form, monkeypatch
):
    many_turns(ticket, 25)
    monkeypatch.setattr(exports, "BATCH", 10)
    parse = table if form == "csv" else lines

    whole = read(lena, "turns", format=form)
    head = [whole.splitlines()[0]] if form == "csv" else []
    all_of_it = parse(whole)
    assert len(all_of_it) == 26
    for place in (1, 10, 25):
        after = all_of_it[place - 1]["cursor"]
        rest = read(lena, "turns", format=form, after=after)
        assert parse("\n".join([*head, *rest.splitlines()])) == all_of_it[place:]


@pytest.mark.django_db
def test_rows_of_one_moment_are_neither_lost_nor_told_twice(
    read, lena, ticket, monkeypatch
):
    many_turns(ticket, 25)
    Turn.objects.filter(number__gt=1).update(started_at=timezone.now())
    monkeypatch.setattr(exports, "BATCH", 4)

    told = [row["turn"] for row in table(read(lena, "turns"))]
    assert sorted(map(int, told)) == list(range(1, 27))


@pytest.mark.django_db
def test_a_period_is_without_its_end(read, lena, ticket):
    at = Ticket.objects.get().opened_at.isoformat()

    assert len(table(read(lena, "tickets", **{"from": at}))) == 1
    assert table(read(lena, "tickets", to=at)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"format": "xml"}, {"after": "x"}, {"after": "2026-01-01T00:00:00Z~x"}]
)
def test_what_cannot_be_asked_is_refused(as_client, lena, wrong):
    assert as_client(lena).get(f"{PATH}/turns", wrong).status_code == 422


@pytest.mark.django_db
def test_who_loses_the_right_in_between_gets_no_more(
    as_client, lena, ticket, monkeypatch
):
    many_turns(ticket, 25)
    monkeypatch.setattr(exports, "BATCH", 10)
    stream = iter(as_client(lena).get(f"{PATH}/turns").streaming_content)
    next(stream), next(stream)
    Membership.objects.filter(user=lena).delete()

    with pytest.raises(exports.NotAllowed):
        list(stream)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_between_two_batches(
    as_client, lena, ticket, monkeypatch
):
    many_turns(ticket, 25)
    monkeypatch.setattr(exports, "BATCH", 10)

    for _ in as_client(lena).get(f"{PATH}/turns").streaming_content:
        assert connection.connection.info.transaction_status.name == "IDLE"


def resident():
    """What this process holds, in KiB."""
    with open("/proc/self/smaps_rollup") as file:
        return int(next(line.split()[1] for line in file if line.startswith("Pss:")))


@pytest.mark.django_db
def test_memory_is_flat_over_two_hundred_thousand_rows(as_client, root, make_ticket):
    for _ in range(8):
        many_turns(make_ticket(), 25_000)
    fetch("ANALYZE webcare_turn, webcare_ticket", [])
    rows, most, begin = 0, 0, 0
    for number, text in enumerate(
        as_client(root).get(f"{PATH}/turns").streaming_content
    ):
        rows += text.count(b"\n")
        if number == 10:
            begin = resident()
        if number > 10 and number % 10 == 0:
            most = max(most, resident())

    assert rows == 200_009
    assert most - begin < 8_192
