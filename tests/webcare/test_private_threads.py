"""A public question goes on in private: one ticket, one clock, two threads."""

import threading
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from conversations.models import Delivery, Message, Thread
from webcare.actions import replies
from webcare.actions.merges import merge_ticket
from webcare.actions.private_threads import move_to_private
from webcare.actions.tickets import resolve_ticket
from webcare.exceptions import Invalid, NoPrivateChannel, NotAllowed, TicketChanged
from webcare.models import PrivateThread, Ticket, TicketEvent, TicketMessage, Turn

pytestmark = pytest.mark.django_db

KIM = {"external_id": "kim", "handle": "@kim", "name": "Kim"}


@pytest.fixture
def private_shop(shop):
    shop.private_replies = "allowed"
    shop.save()
    return shop


@pytest.fixture
def ask(make_ticket):
    def make(**fields):
        given = {"author": KIM, "thread": uuid4().hex} | fields
        return make_ticket(posted_at=timezone.now().isoformat(), **given)

    return make


@pytest.fixture
def whisper(hear, item, shop):
    """Kim writes in private."""

    def write(**fields):
        now = timezone.now().isoformat()
        given = {"author": KIM, "visibility": "private", "posted_at": now} | fields
        [message] = hear(shop, item(**given))
        return message

    return write


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def stands(message):
    return TicketMessage.objects.get(message=message).ticket


def answer(ticket, user, **given):
    fields = {"text": "Yes.", "client_key": uuid4().hex} | given
    replies.send_reply(ticket=fresh(ticket), user=user, **fields)
    return Delivery.objects.latest("pk")


def test_the_text_goes_to_the_authors_private_thread(private_shop, ask, ada):
    ticket = ask()

    move_to_private(
        ticket=ticket, user=ada, text="What is your address?", client_key="1"
    )

    sent = Delivery.objects.get()
    assert (sent.text, sent.visibility) == ("What is your address?", "private")
    assert (sent.thread.key, sent.thread.visibility) == ("p:kim", "private")
    assert sent.in_reply_to == ticket.last_inbound
    assert TicketEvent.objects.filter(ticket=ticket, kind="moved_to_private").exists()


def test_what_is_said_in_private_joins_the_ticket(private_shop, ask, ada, whisper):
    ticket = ask()
    move_to_private(ticket=ticket, user=ada)

    message = whisper(text="Main street 1")

    assert stands(message) == ticket
    assert Ticket.objects.count() == 1
    assert Turn.objects.get().started_at == ticket.opened_at
    assert fresh(ticket).last_inbound == message


def test_the_clock_goes_on(private_shop, ask, ada):
    ticket = ask()
    before = fresh(ticket).due_at, fresh(ticket).waiting_since

    move_to_private(ticket=ticket, user=ada)

    assert (fresh(ticket).due_at, fresh(ticket).waiting_since) == before


def test_answers_follow_the_newest_message_of_the_author(
    private_shop, ask, ada, whisper
):
    ticket = ask()
    move_to_private(ticket=ticket, user=ada)
    assert answer(ticket, ada).visibility == "public"

    message = whisper()

    private = answer(ticket, ada)
    assert (private.visibility, private.in_reply_to) == ("private", message)
    public = answer(ticket, ada, visibility="public")
    assert (public.visibility, public.in_reply_to) == ("public", ticket.last_inbound)
    assert public.thread == ticket.thread


def test_an_answer_cannot_go_where_the_ticket_is_not(private_shop, ask, ada, whisper):
    public = ask()
    with pytest.raises(Invalid):
        answer(public, ada, visibility="private")
    whisper(author={"external_id": "robin"}, text="Where is my parcel?")
    private = Ticket.objects.latest("id")
    with pytest.raises(Invalid):
        answer(private, ada, visibility="public")


def test_moving_twice_is_one_move(private_shop, ask, ada):
    ticket = ask()
    for _ in range(2):
        move_to_private(ticket=fresh(ticket), user=ada, text="Hi", client_key="same")

    assert Delivery.objects.count() == 1
    assert TicketEvent.objects.filter(kind="moved_to_private").count() == 1


@pytest.mark.parametrize(
    ("own", "language", "suggested"),
    [
        ("", "en", "We cannot look into this here. Please call us or use our portal."),
        ("", "nl", "Dit kunnen we hier niet voor je nakijken. Bel ons of gebruik ons"),
        ("Bel 0800-1234.", "nl", "Bel 0800-1234."),
    ],
)
def test_where_nothing_private_is_another_way_is_suggested(
    ask, ada, own, language, suggested
):
    ticket = ask(language=language)
    ticket.queue.private_alternative = own
    ticket.queue.save()

    with pytest.raises(NoPrivateChannel) as refused:
        move_to_private(ticket=fresh(ticket), user=ada, text="Hi", client_key="1")

    assert refused.value.data["text"].startswith(suggested)
    assert not Delivery.objects.exists()
    assert not Thread.objects.filter(key="p:kim").exists()


def test_two_live_tickets_never_share_a_private_thread(private_shop, ask, ada, whisper):
    whisper(text="Where is my parcel?")
    ticket = ask()

    with pytest.raises(TicketChanged):
        move_to_private(ticket=ticket, user=ada)

    assert not PrivateThread.objects.exists()


def test_the_thread_goes_to_a_new_ticket_when_the_old_one_is_over(
    private_shop, ask, ada, whisper
):
    old, new = ask(), ask()
    move_to_private(ticket=old, user=ada)
    with pytest.raises(TicketChanged):
        move_to_private(ticket=new, user=ada)
    resolve_ticket(ticket=fresh(old), user=ada)

    move_to_private(ticket=fresh(new), user=ada)

    assert stands(whisper()) == new


@pytest.mark.parametrize("status", ["resolved", "merged"])
def test_a_ticket_that_is_over_does_not_move(private_shop, ask, ada, status):
    ticket, other = ask(), ask()
    if status == "resolved":
        resolve_ticket(ticket=ticket, user=ada)
    else:
        merge_ticket(source=ticket, target=other, user=ada)

    with pytest.raises(TicketChanged):
        move_to_private(ticket=fresh(ticket), user=ada)


def test_a_merged_ticket_takes_its_private_thread_along(
    private_shop, ask, ada, whisper
):
    old, new = ask(), ask()
    move_to_private(ticket=old, user=ada)
    merge_ticket(source=fresh(old), target=new, user=ada)

    assert stands(whisper()) == new
    assert answer(new, ada, visibility="private").thread.key == "p:kim"


def test_only_who_works_on_it_moves_it(private_shop, ask, cas):
    with pytest.raises(NotAllowed):
        move_to_private(ticket=ask(), user=cas)


def test_what_we_say_in_the_platforms_own_app_in_private_answers_it(
    private_shop, ask, ada, hear, item, whisper
):
    ticket = ask()
    move_to_private(ticket=ticket, user=ada)
    said = whisper()
    now = timezone.now().isoformat()

    hear(
        private_shop,
        item(
            outbound=True,
            visibility="private",
            in_reply_to=said.external_id,
            posted_at=now,
        ),
    )

    assert Turn.objects.get().outcome == "answered"
    assert fresh(ticket).waiting_since is None


def test_the_ticket_shows_both_threads_and_only_its_own_private_messages(
    private_shop, ask, ada, whisper, as_client
):
    whisper(text="parcel, long ago")
    Ticket.objects.update(
        status="closed", resolution="answered", resolved_at=timezone.now()
    )
    ticket = ask(text="parcel in public")
    move_to_private(ticket=ticket, user=ada)
    whisper(text="parcel in private")

    where = f"/api/v1/tickets/{ticket.public_id}/messages"
    said = as_client(ada).get(where).json()["results"]

    assert [(one["text"], one["visibility"]) for one in said] == [
        ("parcel in public", "public"),
        ("parcel in private", "private"),
    ]


def test_the_api_moves_and_says_what_to_do_instead(ask, ada, shop, as_client):
    ticket = ask()
    client, where = as_client(ada), f"/api/v1/tickets/{ticket.public_id}"
    body = {"text": "What is your address?"}

    refused = client.post(f"{where}/move-private", body, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_private_channel")
    assert "portal" in refused.json()["text"]

    shop.private_replies = "allowed"
    shop.save()
    moved = client.post(f"{where}/move-private", body, "application/json")
    assert moved.status_code == 200
    reply = {"text": "In private", "visibility": "private"}
    assert client.post(f"{where}/reply", reply, "application/json").status_code == 202
    assert set(Delivery.objects.values_list("visibility", flat=True)) == {"private"}


def test_the_database_refuses_a_second_ticket_for_a_private_thread(
    private_shop, ask, ada
):
    one, two = ask(), ask()
    move_to_private(ticket=one, user=ada)
    thread = Thread.objects.get(key="p:kim")

    with pytest.raises(IntegrityError), transaction.atomic():
        PrivateThread.objects.create(thread=thread, ticket=two)


@pytest.mark.django_db(transaction=True)
def test_of_two_moves_at_once_one_gets_the_private_thread(private_shop, ask, ada):
    pair, refused = [ask(), ask()], []

    def move(ticket):
        try:
            move_to_private(ticket=ticket, user=ada)
        except TicketChanged:
            refused.append(ticket)
        connection.close()

    for _ in range(10):
        refused.clear()
        threads = [threading.Thread(target=move, args=[one]) for one in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(refused) == 1
        assert PrivateThread.objects.count() == 1
        PrivateThread.objects.all().delete()


def test_messages_are_still_in_their_own_threads(private_shop, ask, ada, whisper):
    ticket = ask()
    move_to_private(ticket=ticket, user=ada)
    whisper()

    keys = Message.objects.order_by("pk").values_list("thread__key", flat=True)
    assert keys[0].startswith("t:")
    assert keys[1] == "p:kim"
