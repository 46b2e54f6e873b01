"""Four eyes: nothing goes out that a second person has not read as it stands."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from conversations.models import Delivery, Message
from webcare.actions import approvals, replies
from webcare.exceptions import ApprovalOver, Invalid, NotAllowed
from webcare.models import Approval, AuditEntry, Draft, Reply, TicketEvent, Topic
from webcare.queries.tickets import Seen

pytestmark = pytest.mark.django_db


@pytest.fixture
def careful(shop_queue):
    """The shop queue, in which every answer is read first."""
    shop_queue.needs_approval = True
    shop_queue.save()
    return shop_queue


@pytest.fixture
def ask(careful, ticket, ada):
    def write(**given):
        fields = {"text": "From ten, yes.", "client_key": "key-1"} | given
        return replies.send_reply(**({"ticket": ticket, "user": ada} | fields))

    return write


@pytest.fixture
def write_again(shop, ticket, hear, item):
    """The author writes once more."""

    def write():
        return hear(
            shop,
            item(
                author={"external_id": ticket.author.external_id},
                in_reply_to=Message.objects.first().external_id,
                posted_at=timezone.now().isoformat(),
            ),
        )

    return write


def kinds(ticket):
    return list(ticket.events.order_by("id").values_list("kind", flat=True))


def test_an_answer_waits_and_goes_out_in_its_writers_name(ask, ticket, ada, lena):
    approval = ask()
    assert approval.state == "waiting"
    assert not Delivery.objects.exists()

    reply = approvals.approve(approval=approval, user=lena)

    approval.refresh_from_db()
    reply.refresh_from_db()
    assert (approval.state, approval.decided_by) == ("approved", lena)
    assert (approval.reply, reply.author, reply.approved_by) == (reply, ada, lena)
    assert bytes(reply.approved_digest) == bytes(approval.digest)
    assert Delivery.objects.get().text == "From ten, yes."
    ticket.refresh_from_db()
    assert (ticket.status, ticket.agent) == ("pending", ada)
    assert {"approval_asked", "approved", "reply_written"} <= set(kinds(ticket))


def test_the_ticket_stays_where_it_is_while_its_answer_waits(ask, ticket):
    ask()
    ticket.refresh_from_db()

    assert (ticket.status, ticket.agent) == ("new", None)


def test_asking_twice_with_one_key_asks_once(ask):
    assert ask() == ask()
    assert Approval.objects.count() == 1


@pytest.mark.parametrize("level", ["own", "above", "none"])
def test_a_topic_or_one_above_it_asks_for_it(ticket, ada, delivery_topic, level):
    above = Topic.objects.create(
        slug="money", name="Money", needs_approval=level == "above"
    )
    delivery_topic.parent = above
    delivery_topic.needs_approval = level == "own"
    delivery_topic.save()

    said = replies.send_reply(ticket=ticket, user=ada, text="Yes.", client_key="1")

    assert isinstance(said, Approval) == (level != "none")


def test_somebody_new_is_read_and_their_colleague_is_not(ticket, ada, bo):
    ada.needs_approval = True

    asked = replies.send_reply(ticket=ticket, user=ada, text="Yes.", client_key="1")
    said = replies.send_reply(ticket=ticket, user=bo, text="No.", client_key="2")

    assert isinstance(asked, Approval)
    assert isinstance(said, Reply)


def test_nobody_approves_their_own(ask, lena):
    approval = ask(user=lena)

    with pytest.raises(NotAllowed):
        approvals.approve(approval=approval, user=lena)
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.update(
            decided_by=lena, state="rejected", reason="x", decided_at=timezone.now()
        )


def test_the_database_knows_no_answer_approved_by_its_author(ticket, ada):
    replies.send_reply(ticket=ticket, user=ada, text="Yes.", client_key="1")

    with pytest.raises(IntegrityError), transaction.atomic():
        Reply.objects.update(approved_by=ada, approved_digest=b"1" * 32)


def test_a_plain_agent_approves_nothing(ask, bo):
    with pytest.raises(NotAllowed):
        approvals.approve(approval=ask(), user=bo)


def test_a_rejection_says_why(ask, ticket, lena):
    approval = ask()
    with pytest.raises(Invalid):
        approvals.reject(approval=approval, user=lena, reason="  ")

    approvals.reject(approval=approval, user=lena, reason="Too blunt.")

    approval.refresh_from_db()
    assert (approval.state, approval.reason) == ("rejected", "Too blunt.")
    assert "Too blunt." not in str(list(TicketEvent.objects.values_list("data")))
    with pytest.raises(ApprovalOver):
        approvals.approve(approval=approval, user=lena)
    assert not Reply.objects.exists()


def test_a_new_text_is_a_new_question(ask):
    first = ask()
    second = ask(text="From eleven.", client_key="key-2")

    first.refresh_from_db()
    assert (first.state, first.reason) == ("voided", "edited")
    assert second.state == "waiting"


def test_the_authors_next_message_voids_what_waits(ask, ticket, lena, write_again):
    approval = ask()
    write_again()

    approval.refresh_from_db()
    assert (approval.state, approval.reason) == ("voided", "author_wrote")
    assert "approval_voided" in kinds(ticket)
    with pytest.raises(ApprovalOver):
        approvals.approve(approval=approval, user=lena)


def test_what_was_not_noticed_in_time_is_noticed_when_it_is_approved(
    ask, lena, write_again
):
    approval = ask()
    write_again()
    Approval.objects.update(state="waiting", reason="", decided_at=None)

    with pytest.raises(ApprovalOver) as over:
        approvals.approve(approval=approval, user=lena)

    approval.refresh_from_db()
    assert over.value.data == {"state": "voided", "reason": "author_wrote"}
    assert (approval.state, approval.reason) == ("voided", "author_wrote")
    assert not Delivery.objects.exists()


def test_so_is_an_answer_since(ask, bo, lena):
    adas, bos = ask(), ask(user=bo, client_key="bo")
    approvals.approve(approval=adas, user=lena)
    others = Approval.objects.filter(pk=bos.pk)
    others.update(state="waiting", reason="", decided_at=None)

    with pytest.raises(ApprovalOver) as over:
        approvals.approve(approval=bos, user=lena)

    assert over.value.data == {"state": "voided", "reason": "answered"}
    assert Delivery.objects.count() == 1


def test_approving_one_voids_what_others_have_waiting(ask, bo, lena):
    adas, bos = ask(), ask(user=bo, client_key="bo")

    approvals.approve(approval=adas, user=lena)

    bos.refresh_from_db()
    assert (bos.state, bos.reason) == ("voided", "answered")


def test_an_answer_outside_the_desk_voids_what_waits(ask, shop, hear, item):
    approval = ask()
    hear(
        shop,
        item(
            outbound=True,
            text="We answered in the app.",
            in_reply_to=Message.objects.first().external_id,
            posted_at=timezone.now().isoformat(),
        ),
    )

    approval.refresh_from_db()
    assert (approval.state, approval.reason) == ("voided", "answered_elsewhere")


def test_what_has_waited_too_long_expires(ask, lena):
    approval = ask()
    assert approvals.expire() == 0
    Approval.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    late = Approval.objects.get()
    assert late.state == "waiting"

    with pytest.raises(ApprovalOver):
        approvals.approve(approval=late, user=lena)
    Approval.objects.update(state="waiting", decided_at=None)
    assert approvals.expire() == 1
    approval.refresh_from_db()
    assert approval.state == "expired"


def test_only_what_was_read_is_sent(ask, lena):
    approval = ask()
    with pytest.raises(Invalid):
        approvals.approve(approval=approval, user=lena, digest=b"0" * 32)
    Approval.objects.update(text="From ten, no.")

    with pytest.raises(ApprovalOver) as over:
        approvals.approve(approval=approval, user=lena)

    assert over.value.data["reason"] == "changed"
    assert not Delivery.objects.exists()


def test_a_draft_is_used_up_by_asking(ask, ticket, ada):
    Draft.objects.create(
        ticket=ticket, user=ada, text="From", visibility="public", then="pending"
    )
    ask()

    assert not Draft.objects.exists()


def test_the_writer_can_think_again(ask, ada, bo):
    approval = ask()
    with pytest.raises(NotAllowed):
        approvals.withdraw(approval=approval, user=bo)

    approvals.withdraw(approval=approval, user=ada)

    assert (approval.state, approval.reason) == ("voided", "withdrawn")


def test_stale_is_stale_before_a_colleague_is_asked(ask, ticket, write_again):
    seen = Seen.of(ticket)
    write_again()

    with pytest.raises(Exception, match="something new"):
        ask(seen=seen)
    assert not Approval.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_approved_by_two_at_once_it_is_sent_once(ask, lena, root):
    approval = ask()

    def approve(user):
        try:
            return approvals.approve(approval=approval, user=user)
        except ApprovalOver:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(approve, [lena, root, lena, root]))

    assert len([one for one in done if one]) == 1
    assert Reply.objects.count() == Delivery.objects.count() == 1


def test_four_eyes_are_asked_for_by_who_sets_up_or_steers(
    as_client, root, lena, ada, shop_queue, delivery_topic
):
    roots, lenas, adas = as_client(root), as_client(lena), as_client(ada)
    places = {
        f"/api/v1/queues/{shop_queue.slug}": [roots],
        f"/api/v1/topics/{delivery_topic.slug}": [roots, lenas],
        f"/api/v1/agents/{ada.public_id}": [roots],
    }
    for where, allowed in places.items():
        for client in (roots, lenas, adas):
            body = {"needs_approval": client is roots}
            answer = client.patch(where, body, "application/json")
            assert (answer.status_code == 200) == (client in allowed), where
            if client in allowed:
                assert answer.json()["needs_approval"] == (client is roots)
                assert client.get(where).json() == answer.json()


def test_nobody_frees_themselves_of_four_eyes_and_it_is_audited(as_client, root, ada):
    roots = as_client(root)
    own, other = (f"/api/v1/agents/{one.public_id}" for one in (root, ada))
    body = {"needs_approval": True}

    assert roots.patch(own, body, "application/json").status_code == 403
    assert roots.patch(other, body, "application/json").status_code == 200
    assert AuditEntry.objects.get(what="approval_changed").whom == ada
