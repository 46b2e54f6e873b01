"""Four eyes on the page: asked, read, sent, sent back; and what is held."""

import pytest
from django.utils import timezone

from conversations.models import Delivery, Message
from webcare.actions import approvals, replies
from webcare.domain.lifecycle import Status
from webcare.models import Approval, Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def careful(shop_queue):
    shop_queue.needs_approval = True
    shop_queue.save()


@pytest.fixture
def waits(careful, browser, ada, bo, lena, ticket, address, fields):
    """Ada sends an answer from the page; returns what she sees then."""
    page = browser(ada).get(address(ticket))
    form = fields(page, "/reply") | {"text": "From ten, yes.", "then": "pending"}
    return browser(ada).post(address(ticket, "reply"), form, follow=True)


@pytest.fixture
def approval(waits):
    return Approval.objects.get()


def act(client, approval, what, **given):
    return client.post(f"/approvals/{approval.public_id}/{what}", given, follow=True)


def told(user):
    found = Notification.objects.filter(user=user).order_by("pk")
    return [(one.kind, one.read_at is not None) for one in found]


def test_who_sends_reads_that_it_waits(waits, ada):
    page = waits.content.decode()

    assert "Not sent yet: a colleague reads it first." in page
    assert "From ten, yes." in page
    assert "Waiting for approval" in page
    assert "/withdraw" in page
    assert "/approve" not in page


def test_who_may_approves_what_they_read(waits, approval, browser, lena, ticket, ada):
    client = browser(lena)
    page = client.get(f"/tickets/{ticket.public_id}").content.decode()
    assert f'value="{approval.digest.hex()}"' in page

    done = act(client, approval, "approve", digest=approval.digest.hex())

    assert "it goes out in the name of Ada" in done.content.decode()
    assert Delivery.objects.get().text == "From ten, yes."
    assert Approval.objects.get().decided_by == lena


@pytest.mark.parametrize("digest", ["", "00", "not hex"])
def test_nothing_goes_out_that_was_not_read(approval, browser, lena, digest):
    act(browser(lena), approval, "approve", digest=digest)

    assert not Delivery.objects.exists()
    assert Approval.objects.get().state == "waiting"


def test_what_is_sent_back_says_why_and_can_be_written_on(
    approval, browser, lena, ada, ticket
):
    why = {f"reason-{approval.public_id}": "Say which shop."}
    bare = act(browser(lena), approval, "reject")
    assert "Say what should be different." in bare.content.decode()

    act(browser(lena), approval, "reject", **why)

    page = browser(ada).get(f"/tickets/{ticket.public_id}").content.decode()
    assert "Say which shop." in page
    again = f"/tickets/{ticket.public_id}?again={approval.public_id}"
    assert again in page
    assert browser(ada).get(again).context["draft"] == "From ten, yes."
    assert browser(lena).get(again).context["draft"] == ""


def test_its_writer_withdraws_it_and_has_the_text_again(approval, browser, ada):
    page = act(browser(ada), approval, "withdraw")

    assert page.context["draft"] == "From ten, yes."
    assert Approval.objects.get().reason == "withdrawn"
    assert "/withdraw" not in page.content.decode()


@pytest.mark.parametrize("what", ["approve", "reject", "withdraw"])
def test_who_may_not_changes_nothing(approval, browser, bo, cas, what):
    given = {"digest": approval.digest.hex(), f"reason-{approval.public_id}": "So"}

    act(browser(bo), approval, what, **given)
    assert act(browser(cas), approval, what, **given).status_code == 404
    assert browser(bo).get(f"/approvals/{approval.public_id}/{what}").status_code == 405

    assert Approval.objects.get().state == "waiting"
    assert not Delivery.objects.exists()


def test_what_waits_is_a_list_with_its_count(approval, browser, ada, bo, cas, lena):
    page = browser(lena).get("/approvals")

    assert page.context["desk"].approvals == 1
    assert "From ten, yes." in page.content.decode()
    assert f"/approvals/{approval.public_id}/approve" in page.content.decode()
    assert browser(bo).get("/approvals").context["desk"].approvals is None
    assert "/approve" not in browser(bo).get("/approvals").content.decode()
    assert "From ten" not in browser(cas).get("/approvals").content.decode()

    digest = approval.digest.hex()
    done = browser(lena).post(
        f"/approvals/{approval.public_id}/approve",
        {"digest": digest, "next": "/approvals"},
        follow=True,
    )
    assert done.redirect_chain[0][0] == "/approvals"
    assert "Nothing waits for approval" in done.content.decode()


def test_those_who_approve_are_told_and_then_its_writer(
    approval, browser, ada, bo, lena, cas
):
    assert told(lena) == [("approval_asked", False)]
    assert told(ada) == told(bo) == told(cas) == []

    act(browser(lena), approval, "approve", digest=approval.digest.hex())

    assert told(lena) == [("approval_asked", True)]
    assert told(ada) == [("approved", False)]


def test_its_writer_is_told_what_came_between(approval, ada, lena, bo, ticket):
    approvals.reject(approval=approval, user=lena, reason="No.")
    ticket.refresh_from_db()
    replies.send_reply(ticket=ticket, user=ada, text="Hm?", client_key="2")
    ticket.queue.needs_approval = False
    ticket.queue.save()
    ticket.refresh_from_db()

    replies.send_reply(ticket=ticket, user=bo, text="Yes.", client_key="3")

    assert told(ada)[:2] == [("rejected", False), ("lapsed", False)]
    assert told(lena) == [("approval_asked", True)] * 2


def test_who_withdraws_is_not_told(approval, ada, lena):
    approvals.withdraw(approval=approval, user=ada)

    assert told(ada) == []
    assert told(lena) == [("approval_asked", True)]


@pytest.fixture
def held(ticket, ada, shop, hear, item):
    """An answer that waited when we answered in the platform's own app."""
    said = replies.send_reply(
        ticket=ticket, user=ada, text="Yes.", client_key="1", then=Status.RESOLVED
    )
    asked = Message.objects.filter(direction="in").last().external_id
    now = timezone.now().isoformat()
    given = {"outbound": True, "text": "In the app.", "posted_at": now}
    hear(shop, item(in_reply_to=asked, **given))
    return said


def test_what_is_held_says_so_and_why(held, browser, ada, ticket, address):
    page = browser(ada).get(address(ticket)).content.decode()

    assert "Held back" in page
    assert "We answered outside the desk meanwhile." in page
    assert f"/replies/{held.public_id}/take-back" in page


def test_what_is_held_goes_out_after_all(held, browser, ada, cas, ticket):
    address = f"/replies/{held.public_id}/let-go"
    assert browser(cas).post(address).status_code == 404

    page = browser(ada).post(address, follow=True)

    assert "It goes out after all." in page.content.decode()
    assert Delivery.objects.get().state == "waiting"


def test_what_is_held_is_taken_back(held, browser, ada):
    page = browser(ada).post(f"/replies/{held.public_id}/take-back", follow=True)

    assert Delivery.objects.get().state == "cancelled"
    assert "Yes." in page.content.decode()
