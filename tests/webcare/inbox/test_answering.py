"""The main job, as a browser without scripts does it."""

import re
from uuid import uuid4

from conversations.models import Mode
from webcare.actions.macros import make_macro
from webcare.actions.tickets import route_ticket
from webcare.domain.macros import Wording
from webcare.inbox.forms import ReplyForm
from webcare.models import Membership, Queue, Reply, Ticket, TicketEvent


def test_from_the_list_to_a_resolved_ticket_without_a_script(
    browser, ada, ticket, fields, address
):
    ada.initials = "AB"
    ada.save(update_fields=["initials"])
    client = browser(ada)
    listed = client.get("/?view=unassigned")
    assert address(ticket) in listed.content.decode()
    claimed = client.post(address(ticket, "claim"), follow=True)
    assert claimed.status_code == 200

    page = client.get(address(ticket))
    form = fields(page, "/reply") | {"text": "From ten, yes.\r\n", "then": "resolved"}
    answer = client.post(address(ticket, "reply"), form)

    assert answer.url == f"{address(ticket)}#now"
    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    assert Reply.objects.get().text == "From ten, yes. ^AB"
    assert "Goes out in" in client.get(address(ticket)).content.decode()


def test_where_the_desk_only_listens_it_says_so_and_offers_no_answer(
    browser, ada, ticket, shop, address
):
    shop.mode = Mode.LISTENING
    shop.save()

    page = browser(ada).get(address(ticket)).content.decode()

    assert "This channel only listens; nothing can be sent on it." in page
    sends = re.findall("<button[^>]*data-send[^>]*>", page.split("data-note")[0])
    assert len(sends) == 3
    assert all(" disabled" in one for one in sends)


def test_a_double_click_is_one_answer(browser, ada, ticket, fields, address):
    client = browser(ada)
    form = fields(client.get(address(ticket)), "/reply")
    form |= {"text": "From ten, yes.", "then": "pending"}

    clicks = [client.post(address(ticket, "reply"), form) for _ in range(2)]

    assert [click.status_code for click in clicks] == [302, 302]
    assert Reply.objects.count() == 1


def test_another_text_from_a_page_that_was_sent_is_asked_for_once_more(
    browser, ada, ticket, fields, address
):
    client = browser(ada)
    form = fields(client.get(address(ticket)), "/reply")
    form |= {"text": "From ten, yes.", "then": "pending"}
    client.post(address(ticket, "reply"), form)

    more = {"text": "And until five.", "then": "pending"}
    back = client.post(address(ticket, "reply"), form | more)
    client.post(address(ticket, "reply"), fields(back, "/reply") | more)

    assert back.status_code == 409
    assert "Send this as well?" in (shown := back.content.decode())
    assert ">And until five.</textarea>" in shown
    said = Reply.objects.order_by("id").values_list("text", flat=True)
    assert list(said) == ["From ten, yes.", "And until five."]


def test_an_answer_to_old_news_waits_and_keeps_its_text(
    browser, ada, ticket, fields, address, hear, item, shop
):
    client = browser(ada)
    form = fields(client.get(address(ticket)), "/reply")
    form |= {"text": "Tomorrow.", "then": "pending"}
    first = ticket.last_inbound
    hear(
        shop,
        item(
            text="Never mind, it came!",
            in_reply_to=first.external_id,
            author={"external_id": first.author.external_id},
        ),
    )

    stale = client.post(address(ticket, "reply"), form)

    assert stale.status_code == 409
    page = stale.content.decode()
    assert "Never mind, it came!" in page
    assert "Tomorrow.</textarea>" in page
    assert "Send anyway" in page
    assert not Reply.objects.exists()

    again = fields(stale, "/reply") | {"text": "Tomorrow.", "then": "pending"}
    assert again["key"] == form["key"]
    assert client.post(address(ticket, "reply"), again).status_code == 302
    assert Reply.objects.get().text == "Tomorrow."


def test_a_form_we_did_not_make_has_seen_nothing(db):
    form = ReplyForm({"text": "x", "key": "k", "seen": "junk", "then": "open"})

    assert form.is_valid()
    assert (form.seen_by_writer().inbound, form.seen_by_writer().reply) == (0, 0)


def test_a_text_too_long_stays_in_the_composer(
    browser, ada, ticket, fields, address, shop
):
    shop.text_limit = 20
    shop.save(update_fields=["text_limit"])
    client = browser(ada)
    form = fields(client.get(address(ticket)), "/reply")

    answer = client.post(
        address(ticket, "reply"), form | {"text": "y" * 21, "then": "pending"}
    )

    assert answer.status_code == 422
    assert "At most 20 characters fit here." in answer.content.decode()
    assert "y" * 21 + "</textarea>" in answer.content.decode()


def test_a_text_is_as_long_as_its_platform_counts(
    browser, ada, ticket, fields, address, shop
):
    shop.text_limit, shop.counting = 30, "x"
    shop.save(update_fields=["text_limit", "counting"])
    client = browser(ada)
    form = fields(client.get(address(ticket)), "/reply") | {"then": "pending"}
    link = f"https://example.nl/{'a' * 200}"

    too_long = client.post(address(ticket, "reply"), form | {"text": "😀" * 16})
    fits = client.post(address(ticket, "reply"), form | {"text": f"See: {link}"})

    assert (too_long.status_code, fits.status_code) == (422, 302)


def test_what_is_taken_back_returns_to_the_composer(
    browser, ada, ticket, fields, address
):
    client = browser(ada)
    form = fields(client.get(address(ticket)), "/reply")
    client.post(address(ticket, "reply"), form | {"text": "Oops.", "then": "resolved"})
    reply = Reply.objects.get()

    page = client.post(f"/replies/{reply.public_id}/take-back", follow=True)

    reply.delivery.refresh_from_db()
    ticket.refresh_from_db()
    assert reply.delivery.state == "cancelled"
    assert ticket.status == "open"
    assert "Oops.</textarea>" in page.content.decode()


def test_what_was_taken_back_is_shown_to_its_writer_only(
    browser, ada, bo, ticket, address
):
    from webcare.actions.replies import send_reply, take_back_reply

    reply = send_reply(ticket=ticket, user=ada, text="Oops.", client_key="k")
    take_back_reply(reply=reply, user=ada)

    page = browser(bo).get(address(ticket), {"again": str(reply.public_id)})

    assert "Oops." not in page.content.decode()


def test_a_note_is_for_colleagues(browser, ada, ticket, address):
    client = browser(ada)

    page = client.post(address(ticket, "note"), {"text": "Called her."}, follow=True)

    assert "Called her." in page.content.decode()
    assert "Note, for colleagues only" in page.content.decode()
    assert not Reply.objects.exists()


def test_claim_release_resolve_and_reopen_offer_a_way_back(
    browser, ada, ticket, address
):
    client = browser(ada)

    claimed = client.post(address(ticket, "claim"), follow=True)
    client.post(address(ticket, "release"))
    resolved = client.post(
        address(ticket, "resolve"), {"outcome": "no_answer_needed"}, follow=True
    )
    client.post(address(ticket, "resolve/undo"))
    client.post(address(ticket, "resolve"), {"outcome": "no_answer_needed"})
    client.post(address(ticket, "reopen"))

    assert address(ticket, "release") in claimed.content.decode()
    assert (
        f'formaction="{address(ticket, "resolve/undo")}"' in resolved.content.decode()
    )
    kinds = TicketEvent.objects.filter(ticket=ticket, actor=ada).order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        "assigned",
        "released",
        "resolved",
        "undone",
        "resolved",
        "reopened",
    ]


def test_a_topic_and_a_queue_are_taken_back_by_a_form(
    browser, ada, ticket, address, power_queue
):
    Membership.objects.create(user=ada, role="agent", queue=power_queue)
    client, topic = browser(ada), ticket.topic
    named = client.post(address(ticket, "classify"), {"topic": ""}, follow=True)
    client.post(address(ticket, "undo/topic"))
    moved = client.post(address(ticket, "route"), {"queue": "power"}, follow=True)
    undone = client.post(address(ticket, "undo/queue"), follow=True)

    ticket.refresh_from_db()
    assert (ticket.topic, ticket.queue.slug) == (topic, "shop")
    assert f'formaction="{address(ticket, "undo/topic")}"' in named.content.decode()
    assert f'formaction="{address(ticket, "undo/queue")}"' in moved.content.decode()
    assert "is as it was" in undone.content.decode()
    assert client.post(address(ticket, "undo/agent")).status_code == 404


def test_what_has_left_ones_sight_by_mistake_is_fetched_back(
    browser, ada, bo, ticket, address, power_queue
):
    client, back = browser(ada), address(ticket, "undo/queue")
    moved = client.post(address(ticket, "route"), {"queue": "power"}, follow=True)
    assert "went to Power" in moved.content.decode()
    assert f'formaction="{back}"' in moved.content.decode()
    assert client.get(address(ticket)).status_code == 404
    assert browser(bo).post(back).status_code == 404
    assert client.post(address(ticket, "undo/topic")).status_code == 404

    undone = client.post(back, follow=True)

    ticket.refresh_from_db()
    assert ("is as it was" in undone.content.decode(), ticket.queue.slug) == (
        True,
        "shop",
    )


def test_what_moved_on_out_of_sight_stays_and_tells_nothing(
    browser, ada, root, ticket, address, power_queue
):
    other = Queue.objects.create(slug="else", name="Elsewhere")
    client = browser(ada)
    client.post(address(ticket, "route"), {"queue": "power"})
    route_ticket(ticket=Ticket.objects.get(), user=root, queue=other)

    undone = client.post(address(ticket, "undo/queue"), follow=True)
    asked = {"what": "queue"}
    by_api = client.post(
        f"/api/v1/tickets/{ticket.public_id}/undo", asked, "application/json"
    )

    assert "It was changed again since" in undone.content.decode()
    assert (by_api.status_code, "ticket" in by_api.json()) == (409, False)
    assert Ticket.objects.get().queue == other


def test_who_takes_a_resolve_back_finds_the_question_waiting(
    browser, ada, ticket, address
):
    client, since = browser(ada), ticket.waiting_since
    client.post(address(ticket, "resolve"), {"outcome": "spam"})
    undone = client.post(address(ticket, "resolve/undo"), follow=True)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since) == ("new", since)
    assert "is as it was" in undone.content.decode()
    assert not ticket.events.filter(kind="reopened").exists()


def test_who_comes_second_reads_why(browser, ada, bo, ticket, address):
    browser(bo).post(address(ticket, "claim"))

    page = browser(ada).post(address(ticket, "claim"), follow=True)

    assert "Someone else has this ticket now." in page.content.decode()


def test_topic_and_queue_are_changed_by_choosing(
    browser, lena, ticket, address, power_queue
):
    client = browser(lena)

    client.post(address(ticket, "classify"), {"topic": ""})
    moved = client.post(address(ticket, "route"), {"queue": "power"})

    ticket.refresh_from_db()
    assert (ticket.topic, ticket.topic_by) == (None, "person")
    assert ticket.queue == power_queue
    assert moved.url == "/"


def test_nobody_is_sent_elsewhere_after_acting(browser, ada, ticket, address):
    answer = browser(ada).post(
        address(ticket, "claim"), {"next": "https://evil.example/"}
    )

    assert answer.url == "/"


def test_a_macro_counts_once_when_its_text_is_sent(
    browser, ada, ticket, fields, address
):
    made = make_macro(user=ada, name="Hours", texts=[Wording(None, "", "From ten.")])
    client = browser(ada)
    form = fields(client.get(address(ticket)), "/reply")
    form |= {"text": "From ten.", "then": "pending", "macro": str(made.public_id)}

    for _ in range(2):
        client.post(address(ticket, "reply"), form)

    made.refresh_from_db()
    assert made.usage_count == 1
    assert Reply.objects.count() == 1


def test_an_answer_goes_out_though_its_macro_is_gone(
    browser, ada, ticket, fields, address
):
    client = browser(ada)
    form = fields(client.get(address(ticket)), "/reply")
    form |= {"text": "From ten.", "then": "pending", "macro": str(uuid4())}

    assert client.post(address(ticket, "reply"), form).status_code == 302
    assert Reply.objects.count() == 1
