"""A macro on many tickets: once each, its text only where asked for, and taken back."""

import pytest

from conversations.actions.batches import drain
from conversations.models import Delivery, Mode, Work
from webcare.actions import bulk, bulk_undo, macros
from webcare.actions.bulk import change_many
from webcare.actions.bulk_undo import undo
from webcare.actions.tickets import classify_ticket
from webcare.domain.macros import Owner, Wording
from webcare.exceptions import Invalid
from webcare.models import (
    Approval,
    BulkItem,
    MacroUse,
    Reply,
    Tag,
    Ticket,
    TicketTag,
    Topic,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def tickets(hear, shop, item, delivery_topic):
    hear(shop, *(item() for _ in range(4)))
    return list(Ticket.objects.order_by("pk"))


@pytest.fixture
def vip(db):
    return Tag.objects.create(slug="vip", name="VIP")


@pytest.fixture
def macro(root, vip):
    def make(text="Dear {{author.name}}", **fields):
        texts = [Wording(None, "", text)] if text else []
        given = {"name": "Storm", "owned_by": Owner.DESK, "tags": [vip]} | fields
        return macros.make_macro(user=root, texts=texts, **given)

    return make


def do(user, macro, tickets, **more):
    action = {"do": "macro", "macro": str(macro.public_id)} | more
    names = [one.public_id for one in tickets]
    job = change_many(user=user, action=action, tickets=names)
    work()
    job.refresh_from_db()
    return job


def work():
    for module in (bulk, bulk_undo):
        while sum(drain(module.STAGE)):
            pass
    assert not Work.objects.exclude(error="").values_list("stage", "error")


def codes(job):
    items = BulkItem.objects.filter(job=job).order_by("pk")
    return list(items.values_list("state", "code"))


def test_its_changes_are_made_and_nothing_is_said_unasked(lena, macro, tickets):
    made = macro(priority="high")

    job = do(lena, made, tickets)

    assert (job.done, job.failed) == (4, 0)
    assert Ticket.objects.filter(priority="high").count() == 4
    assert TicketTag.objects.filter(tag__slug="vip").count() == 4
    assert not Reply.objects.exists()
    made.refresh_from_db()
    assert made.usage_count == 4


def test_what_is_asked_to_be_said_is_said_once_to_each(lena, macro, tickets):
    job = do(lena, macro(), tickets, send=True)

    assert job.done == 4
    assert set(Reply.objects.values_list("text", "author")) == {("Dear Kim", lena.pk)}
    assert Reply.objects.count() == Delivery.objects.count() == 4
    keys = set(MacroUse.objects.values_list("key", flat=True))
    assert keys == {f"bulk:{job.public_id}"}


def test_a_batch_that_is_done_again_says_nothing_twice(lena, macro, tickets):
    job = do(lena, macro(), tickets, send=True)
    BulkItem.objects.filter(job=job).update(state="waiting")
    bulk.enqueue_items(bulk.STAGE.name, job, bulk.ItemState.WAITING)
    type(job).objects.filter(pk=job.pk).update(total=8)

    work()

    assert Reply.objects.count() == 4
    assert MacroUse.objects.count() == 4


def test_each_text_goes_through_the_gate(lena, macro, tickets, shop):
    shop.mode = Mode.LISTENING
    shop.save()

    job = do(lena, macro(priority="high"), tickets, send=True)

    assert (job.done, job.failed) == (0, 4)
    assert {code for _, code in codes(job)} == {"sending_refused"}
    assert not Ticket.objects.filter(priority="high").exists()


def test_four_eyes_are_asked_for_each(lena, macro, tickets, shop_queue):
    shop_queue.needs_approval = True
    shop_queue.save()

    do(lena, macro(), tickets, send=True)

    assert Approval.objects.filter(state="waiting").count() == 4
    assert not Reply.objects.exists()


def test_danger_is_passed_over(lena, macro, tickets):
    Ticket.objects.filter(pk=tickets[0].pk).update(is_danger=True)

    job = do(lena, macro(), tickets, send=True)

    assert codes(job)[0] == ("skipped", "danger")
    assert Reply.objects.count() == 3


def test_it_is_taken_back_where_nobody_changed_it_since(
    lena, macro, tickets, vip, power_queue
):
    topic = Topic.objects.create(slug="storm", name="Storm")
    TicketTag.objects.create(ticket=tickets[0], tag=vip)
    job = do(lena, macro("", priority="high", topic=topic, then="pending"), tickets)
    assert Ticket.objects.filter(status="pending", topic=topic).count() == 4
    other = Topic.objects.create(slug="other", name="Other")
    touched = Ticket.objects.get(pk=tickets[1].pk)
    classify_ticket(ticket=touched, user=lena, topic=other)

    undo(user=lena, job=job)
    work()

    job.refresh_from_db()
    assert (job.state, job.undone) == ("undone", 3)
    assert codes(job)[1] == ("done", "changed_since")
    back = Ticket.objects.exclude(pk=touched.pk)
    assert set(back.values_list("priority", "topic__slug", "status")) == {
        ("normal", "delivery", "new")
    }
    carry = TicketTag.objects.values_list("ticket", flat=True)
    assert set(carry) == {tickets[0].pk, touched.pk}


def test_what_was_said_is_not_taken_back(lena, macro, tickets):
    job = do(lena, macro(), tickets, send=True)

    undo(user=lena, job=job)
    work()

    assert {code for _, code in codes(job)} == {"cannot_be_undone"}
    assert Reply.objects.filter(delivery__state="waiting").count() == 4


def test_only_a_macro_that_one_may_use_and_that_says_something(
    lena, ada, macro, tickets
):
    theirs = macros.make_macro(user=ada, name="Mine", texts=[Wording(None, "", "Hi")])

    for made, send in ((theirs, False), (macro(""), True)):
        with pytest.raises(Invalid):
            do(lena, made, tickets, send=send)


def test_a_macro_that_is_gone_changes_nothing(lena, root, macro, tickets):
    made = macro()
    action = {"do": "macro", "macro": str(made.public_id)}
    names = [one.public_id for one in tickets]
    job = change_many(user=lena, action=action, tickets=names)
    macros.remove_macro(user=root, macro=made)

    work()

    assert set(codes(job)) == {("failed", "gone")}
