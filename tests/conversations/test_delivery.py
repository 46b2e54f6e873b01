"""The one mouth, against a platform in a process of its own that can misbehave."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from conversations.actions import delivery, settling
from conversations.models import Delivery, Message, MessageVersion, Mode, Thread
from conversations.queries.deliveries import channels_due
from demo.faults import Fault, Faults
from demo.platform import Platform

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform(tmp_path, shop):
    """The far side of the shop channel; `misbehave` chooses what it does wrong."""
    with Platform(tmp_path / "ledger.db", [shop.secret], idempotent=False) as far:
        shop.callback_url = far.callback_url
        shop.public_hold_seconds = 0
        shop.save()
        yield far


@pytest.fixture
def thread(shop, hear, item):
    [message] = hear(shop, item(addressed=False, thread="t-1"))
    return message.thread


@pytest.fixture
def say(thread):
    def queue(text="From ten, yes.", in_thread=None):
        return delivery.queue_delivery(
            thread=in_thread or thread, in_reply_to=None, text=text
        )

    return queue


def misbehave(platform, *faults):
    platform.faults = Faults(dict.fromkeys(faults, 1.0), 1)


def let_time_pass(seconds=300):
    long_ago = timezone.now() - timedelta(seconds=seconds)
    Delivery.objects.update(due_at=long_ago, claimed_at=long_ago)
    Delivery.objects.exclude(look_up_at=None).update(look_up_at=long_ago)


def test_a_text_is_posted_once_and_becomes_a_message_of_its_thread(
    platform, shop, say, thread
):
    said = say()
    assert channels_due() == [shop.pk]

    assert delivery.send_due(shop.pk) == 1
    assert delivery.send_due(shop.pk) == 0

    [post] = platform.posts()
    said.refresh_from_db()
    assert said.state == "sent"
    assert said.message.external_id == post.external_id
    assert said.message.thread == thread
    assert said.message.direction == "out"


def test_a_text_that_is_held_does_not_leave(platform, shop, say):
    shop.public_hold_seconds = 10
    shop.save()
    said = say()

    assert delivery.send_due(shop.pk) == 0
    assert delivery.take_back(said)

    let_time_pass()
    assert delivery.send_due(shop.pk) == 0
    assert platform.posts() == []


def test_what_has_left_cannot_be_taken_back(platform, shop, say):
    said = say()
    delivery.send_due(shop.pk)

    assert not delivery.take_back(said)


def test_texts_of_a_thread_leave_in_the_order_they_were_written(platform, shop, say):
    said = [say(str(number)) for number in range(5)]
    Delivery.objects.filter(pk=said[0].pk).update(
        due_at=timezone.now() + timedelta(seconds=5)
    )
    assert delivery.send_due(shop.pk) == 0

    let_time_pass()
    delivery.send_due(shop.pk)

    assert [post.text for post in platform.posts()] == list("01234")


def test_a_refusal_is_final(platform, shop, say):
    misbehave(platform, Fault.REFUSE)
    said = say()
    delivery.send_due(shop.pk)
    misbehave(platform)
    let_time_pass()
    delivery.send_due(shop.pk)

    said.refresh_from_db()
    assert said.state == "refused"
    assert said.failure
    assert platform.posts() == []


def test_a_wait_is_obeyed_and_then_the_text_goes_out(platform, shop, say):
    misbehave(platform, Fault.LATER)
    said = say()
    delivery.send_due(shop.pk)
    misbehave(platform)

    assert channels_due() == []
    assert delivery.send_due(shop.pk) == 0

    let_time_pass()
    shop.__class__.objects.update(blocked_until=None)
    delivery.send_due(shop.pk)
    said.refresh_from_db()
    assert said.state == "sent"
    assert len(platform.posts()) == 1


@pytest.mark.parametrize("fault", [Fault.ACCEPT_THEN_500, Fault.ACCEPT_THEN_RESET])
def test_a_doubtful_outcome_is_looked_up_and_never_sent_again(
    platform, shop, say, fault
):
    misbehave(platform, fault)
    said = say()
    delivery.send_due(shop.pk)
    said.refresh_from_db()
    assert said.state == "uncertain"

    misbehave(platform)
    let_time_pass()
    assert delivery.send_due(shop.pk) == 0
    assert delivery.look_up_uncertain() == 1

    said.refresh_from_db()
    assert said.state == "sent"
    assert len(platform.posts()) == 1


def test_a_text_that_the_platform_never_got_goes_out_after_all(platform, shop, say):
    misbehave(platform, Fault.RESET)
    said = say()
    delivery.send_due(shop.pk)
    misbehave(platform)
    let_time_pass()

    delivery.look_up_uncertain()
    delivery.send_due(shop.pk)

    said.refresh_from_db()
    assert said.state == "sent"
    assert len(platform.posts()) == 1


def test_doubt_is_not_looked_into_while_the_call_may_still_be_under_way(
    platform, shop, say
):
    misbehave(platform, Fault.RESET)
    say()
    delivery.send_due(shop.pk)

    assert delivery.look_up_uncertain() == 0


def test_a_doubtful_text_keeps_the_later_ones_of_its_thread_waiting(
    platform, shop, say
):
    misbehave(platform, Fault.ACCEPT_THEN_500)
    say("first")
    delivery.send_due(shop.pk)
    misbehave(platform)
    say("second")
    let_time_pass(seconds=delivery.DOUBT_SECONDS - 20)

    assert delivery.send_due(shop.pk) == 0


def test_a_doubt_that_nobody_settles_keeps_no_later_text_for_ever(platform, shop, say):
    misbehave(platform, Fault.RESET)
    first = say("first")
    delivery.send_due(shop.pk)
    misbehave(platform)
    second = say("second")
    let_time_pass(seconds=delivery.DOUBT_SECONDS + 20)

    assert delivery.send_due(shop.pk) == 1
    assert delivery.look_up_uncertain() == 1

    first.refresh_from_db()
    second.refresh_from_db()
    # It would come after what was said after it: a person decides.
    assert (first.state, second.state) == ("held", "sent")
    assert first.held_at
    assert len(platform.posts()) == 1


def test_a_sender_that_never_came_back_leaves_a_doubt(shop, say):
    said = say()
    Delivery.objects.update(
        state="sending", claimed_at=timezone.now() - timedelta(minutes=5)
    )

    assert settling.settle_stuck(delivery.PATIENCE_SECONDS) == 1
    said.refresh_from_db()
    assert said.state == "uncertain"


def test_a_sender_that_comes_back_too_late_changes_nothing(shop, say):
    late = say()
    Delivery.objects.update(state="sending", fence=1, claimed_at=timezone.now())
    late.refresh_from_db()
    Delivery.objects.update(fence=2)

    settling.refused(late, reason="too late")

    late.refresh_from_db()
    assert late.state == "sending"


def test_dead_credentials_stop_the_channel_and_keep_the_text(platform, shop, say):
    misbehave(platform, Fault.REVOKED)
    said = say()
    delivery.send_due(shop.pk)

    shop.refresh_from_db()
    said.refresh_from_db()
    assert shop.stopped_at
    assert said.state == "waiting"
    assert channels_due() == []


@pytest.mark.parametrize("mode", [Mode.LISTENING, Mode.PAUSED])
def test_nothing_that_was_queued_leaves_after_the_mode_changed(
    platform, shop, say, mode
):
    for number in range(20):
        say(str(number))
    shop.mode = mode
    shop.save()

    delivery.send_due(shop.pk)
    settling.refuse_silenced()

    assert platform.posts() == []
    states = set(Delivery.objects.values_list("state", flat=True))
    assert states == {"refused" if mode == Mode.LISTENING else "waiting"}


def test_the_database_refuses_to_send_on_a_channel_that_listens(shop, say):
    said = say()
    shop.mode = Mode.LISTENING
    shop.save()

    with pytest.raises(IntegrityError, match="does not send"), transaction.atomic():
        Delivery.objects.filter(pk=said.pk).update(state="sending")


def test_a_pilot_says_no_more_than_its_cap_in_a_day(platform, shop, say, hear, item):
    shop.mode = Mode.PILOT
    shop.pilot_cap = 2
    shop.save()
    for number in range(4):
        [message] = hear(shop, item(addressed=False, thread=f"t-{number}"))
        say(in_thread=message.thread)

    delivery.send_due(shop.pk)

    assert len(platform.posts()) == 2


def test_our_own_post_that_is_heard_before_its_answer_is_one_message(
    platform, shop, say, thread, hear, item
):
    said = say()
    delivery.send_due(shop.pk)
    said.refresh_from_db()
    echo = item(external_id=said.message.external_id, outbound=True, thread="t-1")
    hear(shop, echo)

    assert Message.objects.filter(thread=thread, direction="out").count() == 1


@pytest.mark.parametrize("seconds", [-60, 60])
def test_our_own_post_that_is_heard_after_its_answer_is_no_edit(
    platform, shop, say, thread, hear, item, seconds
):
    said = say()
    delivery.send_due(shop.pk)
    said.refresh_from_db()
    Message.objects.filter(pk=said.message_id).update(text="…")
    at = said.message.posted_at + timedelta(seconds=seconds)
    fields = {"text": said.text, "posted_at": at.isoformat()}
    echo = {"external_id": said.message.external_id, "outbound": True, **fields}
    hear(shop, item(thread="t-1", **echo))

    message = Message.objects.get(thread=thread, direction="out")
    assert (message.text, message.edited_at) == ("…", None)
    assert not MessageVersion.objects.exists()

    hear(shop, item(thread="t-1", edited_at=timezone.now().isoformat(), **echo))
    message.refresh_from_db()
    assert message.text == said.text


def test_an_answer_to_something_private_stays_private(shop, hear, item):
    [message] = hear(shop, item(visibility="private"))
    said = delivery.queue_delivery(
        thread=message.thread, in_reply_to=message, text="Between us."
    )

    assert said.visibility == "private"


@pytest.mark.django_db(transaction=True)
def test_two_senders_never_send_the_same_text(platform, shop, say, thread):
    import threading

    say()
    senders = [
        threading.Thread(
            target=lambda: (delivery.send_due(shop.pk), connection.close())
        )
        for _ in range(8)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert len(platform.posts()) == 1
    assert Thread.objects.count() == 1
