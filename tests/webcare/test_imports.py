"""Exports become history: once, in batches, and nothing of it is live."""

import pytest
from django.utils.translation import override

from conversations.models import Message
from webcare.actions.imports import (
    CHUNK,
    change_import,
    make_import,
    remove_import,
    start_import,
)
from webcare.exceptions import ImportBegun, Invalid, NotAllowed
from webcare.models import (
    Alarm,
    Clock,
    Decision,
    Import,
    ImportFile,
    ImportProblem,
    Ticket,
)
from webcare.queries.imports import (
    busy_hours_of,
    preview_of,
    unanswered_of,
    waits_of,
)

FILE = """Ticketnummer;Aangemaakt op;Klantnaam;Bericht;Beantwoord op
1;02-10-2026 09:15;Kim;Waar is mijn parcel?;02-10-2026 10:15
2;05-10-2026 23:30;Noor;Het ruikt hier naar parcel;
3;31-02-2026 09:00;Sam;Onleesbaar;
4;06-10-2026 09:00;Sam;;
"""


@pytest.fixture
def bring(root, pump):
    """Brings a file, and lets it be read."""

    def bring_(text=FILE, **fields):
        made = make_import(user=root, name="export.csv", body=text.encode())
        if fields:
            made = change_import(user=root, job=made, **fields)
        start_import(user=root, job=made)
        pump()
        made.refresh_from_db()
        return made

    return bring_


def test_rows_become_history_and_bad_ones_are_listed(bring):
    done = bring()

    assert (done.state, done.rows, done.read) == ("done", 4, 4)
    assert (done.added, done.known, done.bad) == (3, 0, 2)
    assert done.finished_at is not None
    assert list(
        ImportProblem.objects.order_by("number").values_list("number", "why")
    ) == [
        (4, ["“31-02-2026 09:00” is no date that can be read."]),
        (5, ["Nothing was written."]),
    ]
    assert not ImportFile.objects.exists()


def test_what_is_wrong_with_a_row_is_told_in_the_language_of_who_started_it(root, pump):
    made = make_import(user=root, name="export.csv", body=FILE.encode())
    with override("nl"):
        start_import(user=root, job=made)
    pump()

    [why] = ImportProblem.objects.get(number=4).why
    assert why == "“31-02-2026 09:00” is geen leesbare datum."


def test_nothing_of_it_is_live_not_even_talk_of_danger(bring, delivery_topic):
    delivery_topic.is_danger = True
    delivery_topic.save()
    bring()

    assert set(Message.objects.values_list("history", flat=True)) == {True}
    assert set(Decision.objects.values_list("verdict", "reason")) == {
        ("watch", "history")
    }
    assert not Ticket.objects.exists()
    assert not Clock.objects.exists()
    assert not Alarm.objects.exists()


def test_the_same_file_twice_adds_nothing(bring):
    bring()
    again = bring()

    assert (again.state, again.added, again.known, again.bad) == ("done", 0, 3, 2)
    assert Message.objects.count() == 3


def test_a_long_file_is_read_in_batches_to_its_end(bring):
    rows = [f"{n};01-10-2026 09:00;Kim;Vraag {n};" for n in range(2 * CHUNK + 3)]
    done = bring("\n".join([FILE.splitlines()[0], *rows]))

    assert (done.state, done.read, done.added) == ("done", len(rows), len(rows))


def test_a_file_is_shown_as_it_would_be_read_before_it_is(root):
    made = make_import(user=root, name="x.csv", body=FILE.encode("cp1252"))
    shown = preview_of(made)

    assert (made.delimiter, made.day_order) == (";", "day_first")
    assert shown.heading[0] == "Ticketnummer"
    assert [len(said.items) for said in shown.read] == [2, 1, 0, 0]
    assert not Message.objects.exists()


def test_month_first_is_believed(root):
    made = make_import(user=root, name="x.csv", body=b"Text,Date\nHi,01/02/2026\n")
    assert not preview_of(made).dates_are_sure
    changed = change_import(user=root, job=made, day_order="month_first")

    assert preview_of(changed).read[0].items[0]["posted_at"].startswith("2026-01-02")


def test_another_delimiter_makes_other_columns(root):
    made = make_import(user=root, name="x.csv", body=b"Text|Date\nHi, you|2026-01-02\n")
    changed = change_import(user=root, job=made, delimiter=",")

    assert changed.columns == {}
    with pytest.raises(Invalid) as refused:
        start_import(user=root, job=changed)
    assert "Say which column is" in refused.value.errors["columns"][0]


@pytest.mark.parametrize("body", [b"", b"Text,Date\n", b"\x00\x01\x02"])
def test_what_is_no_export_is_refused(root, body):
    with pytest.raises(Invalid):
        make_import(user=root, name="x.csv", body=body)
    assert not Import.objects.exists()


def test_what_was_started_is_not_changed_any_more(root, bring):
    done = bring()

    with pytest.raises(ImportBegun):
        change_import(user=root, job=done, day_order="month_first")
    with pytest.raises(ImportBegun):
        start_import(user=root, job=done)
    remove_import(user=root, job=done)
    assert Message.objects.count() == 3


def test_only_who_sets_up_the_desk_imports(lena):
    with pytest.raises(NotAllowed):
        make_import(user=lena, name="x.csv", body=FILE.encode())


def test_the_first_picture_shows_waits_hours_and_what_was_never_answered(bring):
    channel = bring().channel_id

    assert waits_of(channel) == (2, 1, 3600.0, 3600.0)
    assert [one.author for one in unanswered_of(channel)] == ["Noor"]
    hours = busy_hours_of(channel)
    assert (hours[4][9], hours[0][23], sum(map(sum, hours))) == (1, 1, 2)
