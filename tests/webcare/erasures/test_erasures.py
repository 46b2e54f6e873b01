"""A person is erased whole: no column of any table has a trace of them."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from conversations.actions.batches import drain
from conversations.actions.ingestion import keep_call
from conversations.models import Author, InboundEvent, Message, Work
from conversations.models.bulk import fetch
from tests.webcare.erasures.conftest import MARA, MARK
from tests.webcare.erasures.traces import traces
from webcare.actions import replies
from webcare.actions.erasures import STAGE, erase_person
from webcare.actions.merges import merge_ticket
from webcare.actions.tickets import reopen_ticket
from webcare.domain.erasures import Named, Reason, names, words_of
from webcare.domain.lifecycle import Status
from webcare.exceptions import Invalid, NotAllowed, NotErasable, SendingRefused
from webcare.models import (
    AuditEntry,
    Erasure,
    LogErasure,
    Membership,
    SearchEntry,
    Ticket,
    TicketEvent,
)

pytestmark = pytest.mark.django_db
# What the test would prove nothing without.
KEPT = {
    "conversations_author.external_id",
    "conversations_author.handle",
    "conversations_author.name",
    "conversations_attachment.url",
    "conversations_delivery.text",
    "conversations_file.alt",
    "conversations_file.content",
    "conversations_file.name",
    "conversations_inboundevent.body",
    "conversations_inboundevent.key",
    "conversations_message.external_id",
    "conversations_message.in_reply_to",
    "conversations_message.text",
    "conversations_message.url",
    "conversations_messageversion.text",
    "conversations_thread.key",
    "webcare_auditentry.after",
    "webcare_bulkjob.filter",
    "webcare_consultation.question",
    "webcare_draft.text",
    "webcare_externalreference.reference",
    "webcare_fieldvalue.text",
    "webcare_idempotentrequest.body",
    "webcare_importfile.body",
    "webcare_importproblem.cells",
    "webcare_mail.body",
    "webcare_note.text",
    "webcare_notedraft.text",
    "webcare_reply.client_key",
    "webcare_reply.text",
    "webcare_searchentry.tsv",
    "webcare_surveycomment.text",
    "webcare_ticket.excerpt",
    "webcare_ticket.priority_reason",
    "webcare_ticketevent.data",
    "webcare_topicexample.text",
    "webcare_topicrule.pattern",
    "webcare_view.filters",
    "webcare_view.name",
}


def test_no_trace_of_them_is_left_in_any_column_of_any_table(marked, erase):
    before = traces(MARK)
    assert before >= KEPT, KEPT - before

    done = erase(marked)

    assert done.finished_at, (done.step, done.counts)
    assert traces(MARK) == set()


def test_the_receipt_says_who_when_why_and_how_much_and_not_of_whom(
    marked, erase, officer
):
    done = erase(marked)

    assert (done.asked_by, done.reason, done.reference) == (
        officer,
        "request",
        "2026-14",
    )
    assert done.counts["messages"] == 2
    assert done.counts["notes"] == 3
    assert done.counts["events"] >= 4
    assert done.counts["references"] == 1
    assert done.named == ""
    told = AuditEntry.objects.get(what="person_erased")
    assert told.who == officer
    assert told.about == f"erasure:{done.public_id}"


def test_the_log_stays_and_says_that_it_was_rewritten_by_whom(marked, erase):
    lines = list(TicketEvent.objects.order_by("id").values_list("id", "kind"))

    done = erase(marked)

    after = list(TicketEvent.objects.order_by("id").values_list("id", "kind"))
    assert after[: len(lines)] == lines
    assert {kind for _, kind in after[len(lines) :]} == {"erased"}
    [trace] = LogErasure.objects.all()
    assert (trace.erased_by, trace.reason) == ("olga", f"erasure {done.public_id}")
    changed = TicketEvent.objects.filter(pk__in=trace.event_ids)
    assert {one.kind for one in changed} == {"reference_added", "reference_removed"}


def test_who_keeps_copies_hears_of_it_when_the_texts_are_gone(marked, erase, officer):
    theirs = set(Ticket.objects.filter(author=marked).values_list("pk", flat=True))

    erase(marked)

    told = TicketEvent.objects.filter(kind="erased")
    assert sorted(one.ticket_id for one in told) == sorted(theirs)
    assert {(one.actor, one.cause) for one in told} == {(officer, "erasure")}
    assert [one.data for one in told] == [{}] * len(theirs)


def test_outside_of_an_erasure_the_log_is_as_closed_as_before(marked, erase):
    erase(marked)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        fetch("UPDATE webcare_ticketevent SET data = '{}'", [])


def test_what_others_said_elsewhere_is_theirs(make_ticket, mara, resolve, erase, ada):
    mine = mara()
    elsewhere = make_ticket(text=f"Is my parcel with @{MARK}h?")
    resolve(Ticket.objects.exclude(pk=elsewhere.pk).get())

    erase(mine.author)

    said = Message.objects.exclude(author=mine.author).get()
    assert said.text == f"Is my parcel with @{MARK}h?"


def test_who_writes_again_is_somebody_new(mara, resolve, ticket_of, erase):
    before = mara(visibility="private")
    first = resolve(ticket_of(before))
    erase(before.author)

    again = mara(visibility="private", text="My parcel once more")

    assert again.author != before.author
    assert again.author.handle == MARA["handle"]
    assert again.thread != before.thread
    assert ticket_of(again) != first
    assert not ticket_of(again).follows


def test_what_is_sent_to_us_again_is_not_taken_in_again(
    mara, resolve, ticket_of, erase, hear, item, shop
):
    said = {"external_id": f"{MARK}-m1", "author": MARA, "text": f"Parcel {MARK}"}
    message = mara(**said)
    resolve(ticket_of(message))
    erase(message.author)

    assert hear(shop, item(**said)) == []
    edited = {"edited_at": timezone.now().isoformat(), "text": f"Red {MARK}"}
    assert hear(shop, item(**(said | edited))) == []
    assert hear(shop, {"external_id": f"{MARK}-m1", "deleted": True}) == []

    assert Message.objects.count() == 1
    assert traces(MARK) == set()


def test_a_live_ticket_is_ended_first(mara, officer, ticket_of):
    message = mara()

    with pytest.raises(NotErasable, match=f"#{ticket_of(message).pk}"):
        erase_person(user=officer, author=message.author, reason=Reason.REQUEST)

    assert not Erasure.objects.exists()
    assert Author.objects.get().handle == MARA["handle"]


def test_so_is_one_of_another_author_that_theirs_was_merged_into(
    mara, officer, ticket_of, make_ticket, lena
):
    message, other = mara(), make_ticket()
    theirs = ticket_of(message)
    merge_ticket(source=theirs, target=other, user=lena, even_if_other_author=True)

    with pytest.raises(NotErasable, match=f"#{other.pk}"):
        erase_person(user=officer, author=message.author, reason=Reason.REQUEST)


def test_an_answer_that_is_on_its_way_arrives_first(mara, officer, ticket_of, ada):
    message = mara()
    replies.send_reply(
        ticket=ticket_of(message),
        user=ada,
        text="Yes.",
        client_key="1",
        then=Status.RESOLVED,
    )

    with pytest.raises(NotErasable, match="on its way"):
        erase_person(user=officer, author=message.author, reason=Reason.REQUEST)


def test_a_message_that_is_being_taken_in_comes_first(
    mara, officer, ticket_of, resolve
):
    message = mara()
    resolve(ticket_of(message))
    Work.objects.create(stage="ticket", subject_id=message.pk)

    with pytest.raises(NotErasable, match="on its way"):
        erase_person(user=officer, author=message.author, reason=Reason.REQUEST)


@pytest.mark.parametrize("role", ["agent", "specialist", "lead", "listener"])
def test_nobody_else_erases(mara, ada, role):
    message = mara()
    Membership.objects.create(user=ada, queue=None, role=role)

    with pytest.raises(NotAllowed):
        erase_person(user=ada, author=message.author, reason=Reason.REQUEST)


def test_the_reference_names_nobody(mara, officer):
    with pytest.raises(Invalid) as refused:
        erase_person(
            user=officer,
            author=mara().author,
            reason=Reason.REQUEST,
            reference=f"for {MARK}H",
        )

    assert "case number" in refused.value.errors["reference"][0]


def test_asked_again_it_is_the_same(mara, resolve, ticket_of, erase, officer):
    message = mara()
    resolve(ticket_of(message))

    first = erase(message.author)
    second = erase_person(user=officer, author=message.author, reason=Reason.DUTY)

    assert (second, second.reason) == (first, "request")
    assert Erasure.objects.count() == 1


def test_it_goes_on_wherever_it_was_interrupted(marked, officer, read_what_can_be):
    """Each batch dies once after its work, before it commits, and is done again."""
    made = erase_person(user=officer, author=marked, reason=Reason.REQUEST)
    died = set()

    def die_once(execute, sql, *rest):
        done = execute(sql, *rest)
        if 'UPDATE "webcare_erasure"' in sql:
            step = Erasure.objects.get(pk=made.pk).step
            if step not in died:
                died.add(step)
                raise RuntimeError("power cut")
        return done

    with connection.execute_wrapper(die_once):
        for _ in range(300):
            Work.objects.filter(stage="erase").update(due_at=timezone.now(), attempts=0)
            list(drain(STAGE))
            made.refresh_from_db()
            if made.finished_at:
                break

    assert len(died) > 20
    assert made.finished_at
    read_what_can_be()
    assert traces(MARK) == set()
    assert made.counts["messages"] == 2


def test_nobody_answers_somebody_who_was_erased(mara, resolve, ticket_of, erase, ada):
    message = mara()
    ticket = resolve(ticket_of(message))
    erase(message.author)
    ticket.refresh_from_db()
    reopened = reopen_ticket(ticket=ticket, user=ada)

    with pytest.raises(SendingRefused):
        replies.send_reply(ticket=reopened, user=ada, text="Hi.", client_key="2")


def test_nobody_finds_them_any_more(marked, erase, as_client, root):
    client = as_client(root)
    assert client.get(f"/api/v1/search?q={MARK}").json()["results"]

    erase(marked)

    assert client.get(f"/api/v1/search?q={MARK}").json()["results"] == []
    assert not SearchEntry.objects.filter(ticket__author=marked, kind="author")


def test_what_nobody_has_read_yet_is_not_lost(mara, resolve, ticket_of, shop, erase):
    """It came in before, and is read after: then it is a stranger's."""
    message = mara()
    resolve(ticket_of(message))
    keep_call(channel=shop, key="new", body=_body())
    waiting = InboundEvent.objects.latest("id")
    made = erase_person(
        user=Membership.objects.get(role="privacy_officer").user,
        author=message.author,
        reason=Reason.REQUEST,
    )
    list(drain(STAGE))
    waiting.refresh_from_db()

    made.refresh_from_db()
    assert made.finished_at
    assert b"still unread" in bytes(waiting.body)


def _body():
    import json

    return json.dumps(
        {
            "external_id": "m-unread",
            "author": MARA,
            "text": "still unread",
            "posted_at": timezone.now().isoformat(),
        }
    ).encode()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("as @kim said", True),
        ("as @KIM.", True),
        ("from:kim is:open", True),
        ("Kim   de Vries called", True),
        ("id 12345678!", True),
        ("Kim called", False),  # many are
        ("@kimberly", False),
        ("mail@kim", False),
        ("123456789", False),
    ],
)
def test_a_name_is_masked_where_it_is_nobody_elses(text, found, db):
    words = words_of(Named("12345678", "@kim", "Kim de Vries"))

    assert names(text, words) is found


def test_words_are_told_apart_alike_by_the_database(ticket, ada):
    from webcare.domain.erasures import pattern_of

    words = words_of(Named("x_1.2-3", "k.i+m", "Zoë (van) 't Hof"))
    said = ["@k.i+m!", "@kai+m", "zoë (van)  't hof", "x_1.2-3", "x_1a2-3"]
    for text in said:
        [[found]] = fetch("SELECT %s ~* %s", [text, pattern_of(words)])
        assert found is names(text, words), text
