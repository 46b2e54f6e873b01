"""A colleague without an account answers by a link that ends."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from webcare.actions import consultations, mails
from webcare.actions.consultations import consult
from webcare.actions.merges import merge_ticket
from webcare.exceptions import Invalid, NotAllowed, NotFound, TicketChanged
from webcare.models import Consultation, Note, Ticket

pytestmark = pytest.mark.django_db

TO = "tom@grid.example.org"
QUESTION = "Is the power back? Kim de Vries asks."


@pytest.fixture
def asked(make_ticket, ada):
    ticket = make_ticket(
        text="My parcel! Call me on 06-12345678, Kim, at 1234 AB 12",
        author={"external_id": "kim", "handle": "kim", "name": "Kim de Vries"},
    )
    return consult(ticket=ticket, user=ada, to=TO, question=QUESTION)


@pytest.fixture
def link(asked):
    mails.send_due_mails()
    [letter] = mail.outbox
    [line] = [one for one in letter.body.splitlines() if "/consult/" in one]
    return "/consult/" + line.rsplit("/", 1)[1]


def kinds(ticket):
    return list(ticket.events.order_by("id").values_list("kind", flat=True))


def test_the_letter_has_the_question_and_not_the_customers_words(asked, link):
    [letter] = mail.outbox

    assert letter.to == [TO]
    assert letter.subject == "Een vraag van Ada"
    assert "Is the power back?" in letter.body
    assert "Call me" not in letter.body


def test_the_letter_does_not_name_the_customer(asked, link):
    [letter] = mail.outbox

    assert "Vries" not in letter.body
    assert "[…] asks." in letter.body


def test_the_ticket_waits_for_the_colleague(asked):
    ticket = Ticket.objects.get()

    assert ticket.status == "on_hold"
    assert "consulted" in kinds(ticket)
    assert TO not in str(list(ticket.events.values_list("data", flat=True)))


def test_the_page_shows_the_conversation_without_personal_data(client, link):
    page = client.get(link).content.decode()

    assert "Is the power back?" in page
    assert "Call me on [tel], […], at [postcode]" in page
    for hidden in ("06-12345678", "1234 AB", "de Vries"):
        assert hidden not in page


def test_nor_does_it_name_whose_ticket_was_merged_in(
    client, asked, link, make_ticket, ada
):
    tom = {"external_id": "tom", "handle": "tommie", "name": "Tom Bakker"}
    other = make_ticket(text="And my parcel? Tom Bakker", author=tom)
    merge_ticket(source=other, target=asked.ticket, user=ada, even_if_other_author=True)

    page = client.get(link).content.decode()

    assert "And my parcel?" in page
    assert "Bakker" not in page


def test_the_page_shows_the_desks_own_time(client, asked, link, settings):
    settings.DESK_TIME_ZONE = "Pacific/Kiritimati"
    there = asked.expires_at.astimezone(ZoneInfo("Pacific/Kiritimati"))

    page = client.get(link).content.decode()

    assert f"{there.day}-{there.month}-{there:%Y %H:%M}" in page


def test_the_answer_is_a_note_and_the_ticket_is_open_again(client, asked, link):
    answer = client.post(link, {"text": "Since ten o'clock."})

    note = Note.objects.get()
    ticket = Ticket.objects.get()
    assert answer.status_code == 200
    assert note.text == f"{TO}:\nSince ten o'clock."
    assert (note.author, ticket.status) == (None, "open")
    assert kinds(ticket)[-3:] == ["note_added", "consult_answered", "status_changed"]


def test_a_link_works_once(client, link):
    client.post(link, {"text": "Yes."})

    assert client.get(link).status_code == 410
    assert client.post(link, {"text": "No."}).status_code == 410
    assert Note.objects.count() == 1


def test_an_empty_answer_is_asked_again(client, link):
    assert client.post(link, {"text": "  "}).status_code == 422
    assert client.get(link).status_code == 200


def test_a_link_ends_by_itself(client, asked, link):
    Consultation.objects.update(
        asked_at=timezone.now() - timedelta(days=8),
        expires_at=timezone.now() - timedelta(seconds=1),
    )

    assert client.get(link).status_code == 410
    with pytest.raises(NotFound):
        consultations.answer_consultation(key=link.rsplit("/", 1)[1], text="Yes.")


def test_a_question_taken_back_opens_nothing(client, asked, link, ada):
    consultations.cancel_consultation(consultation=asked, user=ada)

    assert client.get(link).status_code == 410
    assert asked.state == "cancelled"


def test_what_was_answered_cannot_be_taken_back(client, asked, link, ada):
    client.post(link, {"text": "Yes."})
    asked.refresh_from_db()

    with pytest.raises(TicketChanged):
        consultations.cancel_consultation(consultation=asked, user=ada)


def test_only_the_digest_of_a_link_is_kept(asked, link):
    assert link.rsplit("/", 1)[1] not in str(vars(Consultation.objects.get()))


def test_only_the_domains_of_the_organisation_can_be_asked(settings, make_ticket, ada):
    settings.CONSULT_DOMAINS = ["example.org"]
    ticket = make_ticket()

    for to in ("tom@example.com", "tom@evilexample.org"):
        with pytest.raises(Invalid):
            consult(ticket=ticket, user=ada, to=to, question="?")
    consult(ticket=ticket, user=ada, to="tom@grid.example.org", question="?")


def test_a_listener_asks_nobody(make_ticket, cas):
    with pytest.raises(NotAllowed):
        consult(ticket=make_ticket(), user=cas, to=TO, question="?")


def test_a_ticket_may_go_on_while_somebody_is_asked(make_ticket, ada):
    ticket = make_ticket()
    consult(ticket=ticket, user=ada, to=TO, question="?", hold=False)
    ticket.refresh_from_db()

    assert ticket.status == "new"


def test_a_program_asks_lists_and_ends_a_question(as_client, ada, make_ticket):
    client, ticket = as_client(ada), make_ticket()
    where = f"/api/v1/tickets/{ticket.public_id}"

    made = client.post(
        f"{where}/consult", {"to": TO, "question": "?"}, "application/json"
    )
    [listed] = client.get(f"{where}/consultations").json()["results"]
    ended = client.post(
        f"{where}/consultations/{listed['id']}/cancel", {}, "application/json"
    )

    assert (made.status_code, made.json()) == (201, listed)
    assert ended.json()["state"] == "cancelled"
