"""The composer counts, warns and shows what will be published as one writes."""

import json
import os
from pathlib import Path

import pytest
from django.db.models.functions import Now

from conversations.actions import settling
from conversations.adapters.lengths import Counting
from conversations.models import Delivery
from webcare.actions import replies
from webcare.domain.lifecycle import Status
from webcare.models import Reply

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
EXAMPLES = json.loads(Path("tests/conversations/adapters/lengths.json").read_text())


@pytest.fixture
def opened(page_of, ada, ticket, live_server):
    page = page_of(ada)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    return page


def test_it_counts_as_the_gate_does(opened):
    counted = opened.evaluate(
        """async ([examples, countings]) => {
          const script = document.querySelector("script[src*='composer']").src;
          const { length } = await import(new URL("./lengths.js", script));
          return examples.map((one) => Object.fromEntries(
            countings.map((each) => [each, length(one.text, each)])));
        }""",
        [EXAMPLES, Counting.values],
    )

    for found, example in zip(counted, EXAMPLES, strict=True):
        assert found == {one: example[one] for one in Counting.values}


def test_a_link_is_23_where_the_platform_says_so(page_of, ada, ticket, live_server):
    type(ticket.channel).objects.update(counting="x", text_limit=280)
    page = page_of(ada)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    page.fill("#reply-text", f"See https://example.nl/{'a' * 300}")

    assert page.inner_text("#reply-count [data-count]") == "27 / 280"


def test_what_everybody_would_read_is_said_while_writing(
    page_of, ada, ticket, live_server
):
    type(ticket.channel).objects.update(private_replies="allowed")
    page = page_of(ada)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    page.fill("#reply-text", "We called you on 06-12345678.")
    page.wait_for_selector("text=a telephone number")

    page.click("[for='to-private']")

    page.wait_for_selector("text=a telephone number", state="detached")
    page.click("[for='to-public']")
    page.wait_for_selector("text=a telephone number")
    page.click("[data-first]")
    page.wait_for_selector("text=Not sent yet")
    assert not Reply.objects.exists()
    page.click("[data-first]")
    page.wait_for_selector("[data-countdown]")
    assert Reply.objects.get().delivery.visibility == "public"


def test_it_is_shown_as_it_will_be_published(page_of, ada, ticket, live_server):
    ada.initials = "AB"
    ada.save(update_fields=["initials"])
    type(ticket.channel).objects.update(text_limit=60)
    page = page_of(ada)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    page.fill("#reply-text", "Dear {{author.name}},\nsee https://example.nl/a.")
    page.click("text=Preview")
    preview = page.locator("[data-shown]")

    assert preview.inner_text() == (
        "Dear {{author.name}},\nsee https://example.nl/a. ^AB"
    )
    assert preview.locator("u").inner_text() == "https://example.nl/a"
    assert preview.locator("mark").inner_text() == "{{author.name}}"

    page.fill("#reply-text", "y" * 70)

    assert preview.locator("s").inner_text() == "y" * 10 + " ^AB"


def test_an_answer_from_before_becomes_a_draft(
    page_of, ada, make_ticket, live_server, pump
):
    old = make_ticket(text="My parcel is broken")
    reply = replies.send_reply(
        ticket=old,
        user=ada,
        text="We refund it.",
        client_key="k",
        then=Status.RESOLVED,
    )
    Delivery.objects.filter(pk=reply.delivery_id).update(
        state="sending", claimed_at=Now(), fence=1
    )
    settling.sent(Delivery.objects.get(pk=reply.delivery_id), external_id="out")
    pump()
    ticket = make_ticket(text="A parcel that is broken")
    page = page_of(ada)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    page.locator("#before").scroll_into_view_if_needed()

    page.click("text=Use this answer")

    assert page.input_value("#reply-text") == "We refund it."
    page.wait_for_selector("text=Draft kept")
