"""Attachments: kept until they are sent, out once and as they were approved."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from conversations.actions import delivery
from conversations.models import Delivery, File
from demo.faults import Fault, Faults
from demo.platform import Platform
from tests.files import chunk, png
from webcare.actions import approvals, attachments, replies
from webcare.exceptions import ApprovalOver, Invalid, NotAllowed, TicketChanged
from webcare.models import Attachment, Reply
from webcare.queries.conversation import place_of, reply_page

pytestmark = pytest.mark.django_db

PNG = png()


@pytest.fixture
def shop(shop):
    """A channel that takes four pictures or one GIF."""
    shop.files = "x"
    shop.public_hold_seconds = 0
    shop.save()
    return shop


@pytest.fixture
def platform(tmp_path, shop):
    with Platform(tmp_path / "ledger.db", [shop.secret], idempotent=False) as far:
        shop.callback_url = far.callback_url
        shop.save()
        yield far


@pytest.fixture
def attach(ticket, ada):
    def keep(**given):
        fields = {"ticket": ticket, "user": ada, "name": "m.png", "content": PNG}
        return attachments.attach(**(fields | given))

    return keep


@pytest.fixture
def answer(ticket, ada):
    def write(*files, **given):
        fields = {"text": "Like this.", "client_key": "key-1", "ticket": ticket}
        named = [one.public_id for one in files]
        return replies.send_reply(user=ada, attachments=named, **(fields | given))

    return write


def let_time_pass():
    long_ago = timezone.now() - timedelta(minutes=5)
    Delivery.objects.update(due_at=long_ago, claimed_at=long_ago)
    Delivery.objects.exclude(look_up_at=None).update(look_up_at=long_ago)


def test_files_reach_the_platform_before_the_text_that_names_them(
    platform, shop, attach, answer
):
    first = attach(name="one.png", alt=" The meter. ")
    second = attach(name="two.png", content=png(b"!"))
    answer(second, first)

    delivery.send_due(shop.pk)

    [post] = platform.posts()
    found = {one.name: one for one in platform.files()}
    assert [one.method for one in platform.calls()] == ["PUT", "PUT", "POST"]
    assert {one.post for one in found.values()} == {post.external_id}
    assert found["one.png"].alt == "The meter."
    assert found["one.png"].sha256 == sha256(PNG).hexdigest()
    assert found["two.png"].size == len(png(b"!"))
    assert Delivery.objects.get().state == "sent"
    assert Delivery.objects.get().attempts == 1


def test_the_answer_says_what_went_with_it_in_its_order(ticket, ada, attach, answer):
    first, second = attach(name="one.png", alt="A meter."), attach(name="two.png")
    answer(second, first)

    [row], _ = reply_page(place_of(ada, ticket.public_id), None, 10)

    assert [(one.name, one.alt) for one in row.attachments] == [
        ("two.png", ""),
        ("one.png", "A meter."),
    ]


@pytest.mark.parametrize(
    "fault", [Fault.RESET, Fault.ACCEPT_THEN_RESET, Fault.ERROR, Fault.LATER]
)
def test_a_file_that_went_half_is_brought_again_and_the_text_once(
    platform, shop, attach, answer, fault
):
    answer(attach(), attach(content=png(b"!")))
    platform.faults = Faults({fault: 1.0})
    delivery.send_due(shop.pk)
    assert Delivery.objects.get().state == "waiting"
    assert platform.posts() == []

    platform.faults = Faults()
    type(shop).objects.update(blocked_until=None)
    let_time_pass()
    delivery.send_due(shop.pk)

    assert len(platform.posts()) == 1
    assert len(platform.files()) == 2
    assert all(one.post for one in platform.files())


def test_a_file_that_is_there_is_not_brought_again(platform, shop, attach, answer):
    answer(attach())
    delivery_id = Delivery.objects.get().pk
    assert delivery._claim(shop.pk).pk == delivery_id
    delivery._send(Delivery.objects.select_related("channel", "thread").get())

    delivery.send_due(shop.pk)

    assert [one.method for one in platform.calls()] == ["PUT", "POST"]


def test_who_dies_beside_a_file_posts_once_all_the_same(platform, shop, attach, answer):
    answer(attach())
    delivery._claim(shop.pk)  # and never came back
    let_time_pass()
    delivery.settling.settle_stuck(delivery.PATIENCE_SECONDS)
    let_time_pass()

    delivery.look_up_uncertain()
    delivery.send_due(shop.pk)

    assert len(platform.posts()) == 1
    assert Delivery.objects.get().state == "sent"


def test_a_platform_that_refuses_a_file_refuses_the_answer(
    platform, shop, attach, answer
):
    answer(attach())
    platform.faults = Faults({Fault.REFUSE: 1.0})

    delivery.send_due(shop.pk)

    sent = Delivery.objects.get()
    assert (sent.state, platform.posts()) == ("refused", [])
    assert "This may not be posted here." in sent.failure


def test_a_channel_that_takes_none_any_more_sends_nothing(
    platform, shop, attach, answer
):
    answer(attach())
    type(shop).objects.update(files="none")

    delivery.send_due(shop.pk)

    assert Delivery.objects.get().state == "refused"
    assert platform.calls() == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"content": b""}, "file"),
        ({"content": b"<svg onload=alert(1)>"}, "file"),
        ({"content": b"%PDF-1.7"}, "file"),  # which X does not take
        ({"content": png(b"x" * 5_000_000)}, "file"),
        ({"content": PNG[:-1]}, "file"),  # which breaks off
        ({"alt": "a" * 1_001}, "file"),
    ],
)
def test_what_the_channel_does_not_take_is_not_kept(attach, given, field):
    with pytest.raises(Invalid) as error:
        attach(**given)

    assert list(error.value.errors) == [field]
    assert not File.objects.exists()


def test_where_a_picture_was_taken_is_not_kept(attach):
    kept = attach(content=png(b"", chunk(b"eXIf", b"51.92 N")))

    assert bytes(File.objects.get(pk=kept.file_id).content) == PNG


def test_a_channel_without_files_says_so_at_once(shop, ticket, attach):
    type(shop).objects.update(files="none")
    ticket.refresh_from_db()
    ticket.channel.refresh_from_db()

    with pytest.raises(Invalid) as error:
        attach()

    assert "takes no files" in str(error.value.errors)


def test_one_has_so_many_ready_and_no_more(attach, monkeypatch):
    monkeypatch.setattr(attachments, "MOST_READY", 2)
    attach()
    attach()

    with pytest.raises(Invalid):
        attach()


def test_too_many_for_the_platform_are_refused_with_the_answer(attach, answer):
    with pytest.raises(Invalid) as error:
        answer(*(attach() for _ in range(5)))

    assert error.value.errors == {"attachments": ["At most 4 files fit here."]}
    assert not Reply.objects.exists()


def test_only_ones_own_of_this_ticket_go_along(make_ticket, bo, attach, answer):
    elsewhere = attach(ticket=make_ticket())
    of_bo = attach(user=bo)
    mine = attach()

    for named in ([elsewhere], [of_bo], [mine, mine]):
        with pytest.raises(Invalid):
            answer(*named)
    answer(mine)
    with pytest.raises(Invalid):
        answer(mine, client_key="key-2")  # it has gone out


def test_an_answer_sent_twice_under_one_key_takes_its_files_once(attach, answer):
    mine = attach()

    assert answer(mine) == answer(mine)
    assert Reply.objects.count() == 1


def test_the_database_refuses_a_file_of_another_ticket_or_person(
    make_ticket, bo, attach, answer
):
    other, of_bo = attach(ticket=make_ticket()), attach(user=bo)
    sent = answer(attach()).delivery

    for one in (other, of_bo):
        with (
            pytest.raises(IntegrityError, match="not attached for"),
            transaction.atomic(),
        ):
            File.objects.filter(pk=one.file_id).update(delivery=sent, position=5)


def test_the_database_refuses_another_content(attach, answer):
    kept = attach()
    file = File.objects.filter(pk=kept.file_id)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        file.update(content=b"other")
    answer(kept)
    for change in ({"alt": "Other."}, {"delivery": None}):
        with pytest.raises(IntegrityError, match="on its way"), transaction.atomic():
            file.update(**change)


def test_what_is_taken_back_can_be_sent_again(platform, shop, ada, attach, answer):
    kept = attach()
    reply = answer(kept)

    replies.take_back_reply(reply=reply, user=ada)
    answer(kept, client_key="key-2")
    delivery.send_due(shop.pk)

    assert len(platform.posts()) == 1
    assert [one.post for one in platform.files()] == [platform.posts()[0].external_id]


def test_it_is_described_and_removed_until_it_is_sent(ada, bo, attach, answer):
    kept = attach()

    attachments.describe(attachment=kept, user=ada, alt=" A meter. ")
    kept.file.refresh_from_db()
    assert kept.file.alt == "A meter."
    with pytest.raises(NotAllowed):
        attachments.describe(attachment=kept, user=bo, alt="Mine.")
    with pytest.raises(NotAllowed):
        attachments.remove(attachment=kept, user=bo)

    answer(kept)
    with pytest.raises(TicketChanged):
        attachments.describe(attachment=kept, user=ada, alt="Other.")
    with pytest.raises(TicketChanged):
        attachments.remove(attachment=kept, user=ada)

    other = attach()
    attachments.remove(attachment=other, user=ada)
    assert File.objects.count() == Attachment.objects.count() == 1


def test_what_was_never_sent_is_forgotten_after_days(shop_queue, attach, answer):
    old = timezone.now() - timedelta(days=attachments.KEPT_DAYS, minutes=1)
    sent, left, young = attach(), attach(), attach()
    answer(sent)
    shop_queue.needs_approval = True
    shop_queue.save()
    asked = attach()
    answer(asked, client_key="key-2")
    File.objects.exclude(pk=young.file_id).update(kept_at=old)

    assert attachments.forget_unsent() == 1

    assert set(Attachment.objects.values_list("pk", flat=True)) == {
        sent.pk,
        young.pk,
        asked.pk,
    }
    assert not File.objects.filter(pk=left.file_id).exists()


@pytest.fixture
def careful(shop_queue):
    shop_queue.needs_approval = True
    shop_queue.save()


def test_a_colleague_approves_the_files_with_the_text(
    careful, platform, shop, lena, attach, answer
):
    waiting = answer(attach(alt="A meter."), attach(content=png(b"!")))
    assert not Delivery.objects.exists()

    approvals.approve(approval=waiting, user=lena, digest=bytes(waiting.digest))
    delivery.send_due(shop.pk)

    assert len(platform.posts()) == 1
    assert [one.alt for one in platform.files()] == ["A meter.", ""]


def test_another_file_is_another_digest(careful, make_ticket, attach, answer):
    kept, other = attach(), attach(content=png(b"!"))
    digests = [
        bytes(answer(*files, client_key=f"key-{number}").digest)
        for number, files in enumerate([(), (kept,), (other,), (kept, other)])
    ]

    assert len(set(digests)) == 4


@pytest.mark.parametrize("change", ["described", "removed"])
def test_a_change_of_a_file_voids_what_waits(
    careful, ada, lena, attach, answer, change
):
    kept = attach()
    waiting = answer(kept)

    if change == "described":
        attachments.describe(attachment=kept, user=ada, alt="Another meter.")
    else:
        attachments.remove(attachment=kept, user=ada)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("voided", "edited")
    with pytest.raises(ApprovalOver):
        approvals.approve(approval=waiting, user=lena)
    assert not Delivery.objects.exists()


def test_what_changed_behind_our_back_is_not_sent(careful, lena, attach, answer):
    kept = attach()
    waiting = answer(kept)
    File.objects.filter(pk=kept.file_id).update(alt="Smuggled in.")

    with pytest.raises(ApprovalOver) as error:
        approvals.approve(approval=waiting, user=lena)

    assert error.value.data["reason"] == "changed"
    assert not Delivery.objects.exists()


def test_what_was_not_approved_can_be_asked_again(careful, lena, attach, answer):
    kept = attach()
    approvals.reject(approval=answer(kept), user=lena, reason="Shorter.")

    again = answer(kept, client_key="key-2")

    approvals.approve(approval=again, user=lena)
    assert Delivery.objects.get().files.get().pk == kept.file_id


def test_the_database_refuses_an_approval_of_another_ticket(
    careful, make_ticket, attach, answer
):
    other = attach(ticket=make_ticket())
    waiting = answer(attach())

    with pytest.raises(IntegrityError, match="not for this"), transaction.atomic():
        Attachment.objects.filter(pk=other.pk).update(approval=waiting)
