"""What is older than the desk keeps goes by itself, and nothing of what lives."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from conversations.models import Author, Delivery, InboundEvent, Message, Work
from tests.webcare.erasures.conftest import MARA, MARK
from tests.webcare.erasures.traces import traces
from webcare.actions import replies
from webcare.actions.merges import merge_ticket
from webcare.actions.notes import add_note
from webcare.actions.retention import change_retention, erase_old
from webcare.actions.tickets import reopen_ticket
from webcare.exceptions import Invalid, NotAllowed
from webcare.models import AuditEntry, LogErasure, Retention, RetentionDay, Ticket
from webcare.queries.retention import would_erase

pytestmark = pytest.mark.django_db
FOREVER = {"tickets": None, "heard": None, "raw": None}


@pytest.fixture
def keep(officer):
    """Lets things be kept for so many days."""

    def say(**days):
        return change_retention(user=officer, days=days)

    return say


def age(days, *tickets):
    """Let these tickets, and all that came in, be so many days older."""
    by = timedelta(days=days)
    for ticket in Ticket.objects.filter(pk__in=[one.pk for one in tickets]):
        ticket.resolved_at -= by
        ticket.save(update_fields=["resolved_at"])
    for row in [*Message.objects.all(), *InboundEvent.objects.all()]:
        type(row).objects.filter(pk=row.pk).update(received_at=row.received_at - by)


def test_until_somebody_says_so_everything_is_kept(mara, resolve, ticket_of):
    ticket = resolve(ticket_of(mara()))
    age(4_000, ticket)

    assert erase_old() == 0
    assert f"My parcel {MARK}?" in Message.objects.get().text


def test_what_was_said_on_tickets_that_ended_long_ago_goes_with_the_name(
    marked, keep, resolve
):
    for live in Ticket.objects.live():
        resolve(live)
    age(100, *Ticket.objects.all())
    keep(tickets=90, raw=30)

    erase_old()

    left = traces(MARK)
    words = {"conversations_message.text", "webcare_note.text", "webcare_reply.text"}
    assert not left & words
    assert not left & {"webcare_ticket.excerpt", "conversations_inboundevent.body"}
    assert not left & {"webcare_externalreference.reference", "webcare_draft.text"}
    # The press is on a list by the desk's own wish.
    assert Author.objects.get(pk=marked.pk).handle == MARA["handle"]


def test_who_has_nothing_left_has_no_name_left(mara, resolve, ticket_of, keep):
    message = mara()
    age(100, resolve(ticket_of(message)))
    keep(tickets=90)

    erase_old()

    assert traces(MARA["handle"]) <= {"conversations_inboundevent.body"}
    assert RetentionDay.objects.get().counts["people"] == 1


def test_a_live_ticket_and_a_young_one_stay_as_they_are(
    mara, resolve, ticket_of, keep, ada
):
    old = resolve(ticket_of(mara(text="My old parcel")))
    age(100, old)
    young = resolve(ticket_of(mara(text="My young parcel")))
    again = resolve(ticket_of(mara(text="My parcel again", thread="t-3")))
    age(0)
    Ticket.objects.filter(pk=again.pk).update(
        resolved_at=timezone.now() - timedelta(days=100)
    )
    again.refresh_from_db()
    reopen_ticket(ticket=again, user=ada)
    keep(tickets=90)

    erase_old()

    said = set(Message.objects.values_list("text", flat=True))
    assert said == {"", "My young parcel", "My parcel again"}
    assert young.excerpt
    # Their author is known as long as anything is left.
    assert Author.objects.get().handle == MARA["handle"]


def test_what_was_merged_goes_with_the_ticket_it_is_part_of(
    make_ticket, resolve, keep, ada
):
    into, merged = make_ticket(), make_ticket()
    add_note(ticket=merged, user=ada, text=f"Note {MARK}")
    merge_ticket(source=merged, target=into, user=ada, even_if_other_author=True)
    merged.refresh_from_db()
    age(100, merged)
    keep(tickets=90)
    erase_old()
    assert "webcare_note.text" in traces(MARK)

    age(100, resolve(into))
    erase_old()

    assert "webcare_note.text" not in traces(MARK)
    assert set(Message.objects.values_list("text", flat=True)) == {""}


def test_an_answer_that_is_held_back_never_goes_out_empty(
    mara, resolve, ticket_of, keep, ada
):
    ticket = ticket_of(mara())
    reply = replies.send_reply(ticket=ticket, user=ada, text="Yes.", client_key="1")
    Delivery.objects.filter(pk=reply.delivery_id).update(
        state="held", held_at=timezone.now()
    )
    age(100, resolve(ticket))
    keep(tickets=90)

    erase_old()

    left = Delivery.objects.get()
    assert (left.state, left.text) == ("cancelled", "")


def test_messages_without_a_ticket_go_by_when_they_came(hear, item, forum, keep):
    hear(forum, item(text="I like the forum", addressed=False))
    age(40)
    hear(forum, item(text="I like it too", addressed=False))
    keep(heard=30)

    erase_old()

    assert set(Message.objects.values_list("text", flat=True)) == {"", "I like it too"}
    assert RetentionDay.objects.get().counts == {"heard": 1}


def test_bytes_go_and_what_comes_again_is_known_all_the_same(hear, item, shop, keep):
    said = item()
    hear(shop, said)
    age(40)
    keep(raw=30)

    erase_old()
    hear(shop, said)

    assert [bytes(one.body) for one in InboundEvent.objects.all()] == [b""]
    assert Message.objects.get().text == said["text"]


def test_what_nobody_has_read_yet_is_kept(hear, item, shop, keep):
    hear(shop, item())
    Work.objects.create(stage="read", subject_id=InboundEvent.objects.get().pk)
    age(40)
    keep(raw=30)

    erase_old()

    assert bytes(InboundEvent.objects.get().body) != b""


def test_what_would_go_is_said_before_it_does(
    make_ticket, keep, resolve, officer, hear, item, forum
):
    hear(forum, item(text="A forum", addressed=False))
    ended = [resolve(make_ticket()) for _ in range(2)]
    make_ticket()
    age(100, *ended)
    days = {"tickets": 90, "heard": 90, "raw": 90}

    told = would_erase(officer, days)
    assert not Message.objects.filter(text="")
    keep(**days)
    erase_old()

    counts = RetentionDay.objects.get().counts
    assert told == {"tickets": 2, "messages": 2, "heard": 1, "raw": 4}
    assert (counts["messages"], counts["heard"], counts["events"]) == (2, 1, 4)
    assert would_erase(officer, days) == dict.fromkeys(told, 0)
    assert would_erase(officer, FOREVER) == dict.fromkeys(told, 0)


def test_the_log_says_that_it_was_age(marked, keep, resolve):
    for live in Ticket.objects.live():
        resolve(live)
    age(100, *Ticket.objects.all())
    keep(tickets=90)

    erase_old()

    [trace] = LogErasure.objects.all()
    assert (trace.erased_by, trace.reason) == ("retention", "older than it is kept")


def test_one_sweep_looks_at_nothing_twice(
    make_ticket, resolve, keep, django_assert_max_num_queries
):
    age(100, *[resolve(make_ticket()) for _ in range(4)])
    keep(tickets=90, heard=90, raw=90)
    assert erase_old() == 3

    assert erase_old() == 0
    assert Retention.objects.get().tickets_until


def test_who_says_how_long_is_written_down(keep, officer):
    keep(tickets=730)
    keep(tickets=730)

    told = AuditEntry.objects.get(what="retention_changed")
    assert (told.who, told.before) == (officer, FOREVER)
    assert told.after == FOREVER | {"tickets": 730}


@pytest.mark.parametrize("days", [0, 29, 3_651])
def test_too_short_and_too_long_are_refused(keep, days):
    with pytest.raises(Invalid) as refused:
        keep(heard=days)

    assert set(refused.value.errors) == {"heard"}


def test_the_database_refuses_it_as_well(keep):
    keep(raw=30)

    with pytest.raises(IntegrityError), transaction.atomic():
        Retention.objects.update(raw=1)


def test_nobody_else_says_so(lena):
    with pytest.raises(NotAllowed):
        change_retention(user=lena, days={"raw": 30})


def test_by_the_api_a_trial_comes_first(as_client, officer, make_ticket, resolve):
    age(100, resolve(make_ticket()))
    client, where = as_client(officer), "/api/v1/retention"
    begin = client.get(where).json()
    body = json.dumps({"tickets": 90})

    told = client.post(f"{where}/trial", body, content_type="application/json").json()
    kept = client.patch(where, body, content_type="application/json").json()
    erase_old()
    after = client.get(where).json()

    assert (begin["tickets"], begin["changed_by"], begin["erased"]) == (None, None, [])
    assert told == {"tickets": 1, "messages": 1, "heard": 0, "raw": 0}
    assert (kept["tickets"], kept["changed_by"]["name"]) == (90, "Olga")
    assert after["erased"][0]["counts"]["messages"] == 1


def test_on_the_page_a_look_changes_nothing(officer, make_ticket, resolve):
    age(100, resolve(make_ticket()))
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer)
    days = {"tickets": "90", "heard": "", "raw": ""}

    looked = client.post("/setup/retention", days).content.decode()
    assert "This would erase 1 messages of 1 tickets" in looked
    assert not Retention.objects.exclude(tickets=None).exists()
    kept = client.post("/setup/retention", days | {"keep": "1"}, follow=True)
    wrong = client.post("/setup/retention", days | {"raw": "3"})

    assert 'value="90"' in kept.content.decode()
    assert Retention.objects.get().tickets == 90
    assert wrong.status_code == 422
    assert "wrong-raw" in wrong.content.decode()


def test_programs_are_told_why_a_text_is_gone(
    mara, resolve, ticket_of, keep, hear, shop, erase, as_client, root
):
    client = as_client(root)

    def why(ticket):
        found = client.get(f"/api/v1/tickets/{ticket.public_id}/messages").json()
        return [one["deleted_because"] for one in found["results"]]

    first = mara()
    ticket = ticket_of(first)
    later = mara(in_reply_to=first.external_id)
    hear(shop, {"external_id": later.external_id, "deleted": True})
    assert why(ticket) == [None, "author"]

    age(100, resolve(ticket))
    keep(tickets=90)
    erase_old()
    assert why(ticket) == ["age", "author"]

    young = ticket_of(mara(author={"external_id": "noor"}, text="My parcel too"))
    erase(resolve(young).author)
    assert why(young) == ["request"]
