"""Mara, who leaves a mark wherever somebody can: in her words and in ours about her."""

import json
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.actions.ingestion import keep_call
from tests.files import png
from tests.webcare.surveys.passing import arrive, link_in, pass_by
from webcare.actions import replies
from webcare.actions.attachments import attach
from webcare.actions.author_lists import list_author, make_list
from webcare.actions.bulk import change_many
from webcare.actions.consultations import consult
from webcare.actions.drafts import keep_draft, keep_note_draft
from webcare.actions.erasures import erase_person
from webcare.actions.exports import note_export
from webcare.actions.fields import answer_fields, make_field
from webcare.actions.imports import make_import, start_import
from webcare.actions.notes import add_note
from webcare.actions.priority import set_priority
from webcare.actions.references import add_reference, remove_reference
from webcare.actions.survey_answers import answer_survey
from webcare.actions.surveys import ask_due
from webcare.actions.tickets import classify_ticket, resolve_ticket
from webcare.actions.views import make_view
from webcare.domain.erasures import Reason
from webcare.domain.fields import FieldKind
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Priority
from webcare.models import (
    ExternalReference,
    Membership,
    Survey,
    SurveySetting,
    Ticket,
    TopicExample,
    TopicRule,
    User,
)

MARK = "zqxmark"
MARA = {"external_id": f"{MARK}-77", "handle": f"{MARK}h", "name": f"Mara {MARK}n"}
ROWS = f"""Ticketnummer;Aangemaakt op;Klantnaam;Bericht;Beantwoord op
1;31-02-2026 09:00;Mara {MARK}n;Onleesbaar {MARK};
2;02-10-2026 09:00;Noor;Iets anders;
"""


@pytest.fixture
def officer(db):
    """Looks after what is kept of people."""
    user = User.objects.create_user("olga", first_name="Olga")
    Membership.objects.create(user=user, queue=None, role="privacy_officer")
    return user


@pytest.fixture
def mara(hear, item, shop, delivery_topic):
    """Makes Mara write on the shop's channel; returns her message."""

    def write(**fields):
        known = {"author": MARA, "text": f"My parcel {MARK}?"}
        return hear(shop, item(**(known | fields)))[0]

    return write


@pytest.fixture
def ticket_of():
    def find(message):
        return Ticket.objects.get(ticket_messages__message=message)

    return find


@pytest.fixture
def answer(ada, pump):
    """Answers a ticket, as its platform confirms, and resolves it with that."""

    def say(ticket, text=f"Dear {MARK}, tomorrow."):
        ticket.refresh_from_db()
        picture = attach(
            ticket=ticket,
            user=ada,
            name=f"{MARK}.png",
            content=png(MARK.encode()),
            alt=f"The parcel of {MARK}",
        )
        reply = replies.send_reply(
            ticket=ticket,
            user=ada,
            text=text,
            client_key=f"{MARK}-{ticket.version}",
            then=Status.RESOLVED,
            attachments=[picture.public_id],
        )
        arrive(reply.delivery_id)
        pump()
        ticket.refresh_from_db()
        return ticket

    return say


@pytest.fixture
def marked(
    request,
    mara,
    ticket_of,
    ada,
    root,
    shop,
    shop_queue,
    hear,
    item,
    pump,
    answer,
    as_client,
    delivery_topic,
):
    """Everything that can be kept of Mara is; returns her author."""
    shop.files = "x"
    shop.save()
    public = mara(
        external_id=f"{MARK}-m1",
        thread=f"{MARK}-m1",
        url=f"https://x.example/{MARK}h/1",
        attachments=[{"url": f"https://x.example/{MARK}.png", "name": f"{MARK}.png"}],
    )
    edited = timezone.now() + timedelta(minutes=1)
    mara(
        external_id=f"{MARK}-m1",
        posted_at=public.posted_at.isoformat(),
        edited_at=edited.isoformat(),
        text=f"My red parcel {MARK}?",
    )
    private = mara(external_id=f"{MARK}-m2", visibility="private")
    first, second = ticket_of(public), ticket_of(private)
    _noted(first, ada, root)
    _said_elsewhere(hear, item, shop, ada, ticket_of)
    _set_up(root, public.author, delivery_topic)
    client = as_client(root)
    client.post(
        f"/api/v1/tickets/{first.public_id}/notes",
        json.dumps({"text": f"{MARK} again"}),
        content_type="application/json",
        headers={"idempotency-key": "one"},
    )
    _surveyed(second, shop_queue, answer, pump)
    answer(first)
    keep_draft(ticket=first, user=ada, text=f"{MARK}?", visibility="public")
    add_note(ticket=first, user=ada, text=f"{MARK} was happy")
    keep_note_draft(ticket=first, user=ada, text=f"And {MARK} says")
    # A platform sends something that nobody can read.
    keep_call(channel=shop, key="odd", body=f"{{{MARK}-77".encode())
    request.getfixturevalue("read_what_can_be")()
    return public.author


@pytest.fixture
def read_what_can_be(pump):
    """Let the pipeline run where some of it is set aside."""

    def run():
        with suppress(AssertionError):
            pump()

    return run


def _noted(ticket, ada, root):
    add_note(ticket=ticket, user=ada, text=f"Note on {MARK}")
    field = make_field(user=root, key="who", name="Who", kind=FieldKind.TEXT)
    answer_fields(ticket=ticket, user=ada, given={field.key: f"{MARK} there"})
    add_reference(ticket=ticket, user=ada, system="crm", reference=f"{MARK}-1")
    add_reference(ticket=ticket, user=ada, system="crm", reference=f"{MARK}-2")
    gone = ExternalReference.objects.get(reference=f"{MARK}-2")
    remove_reference(reference=gone, user=ada)
    set_priority(
        ticket=ticket, user=ada, priority=Priority.HIGH, reason=f"{MARK} is angry"
    )
    consult(
        ticket=ticket,
        user=ada,
        to="tom@example.org",
        question=f"Who is {MARK}?",
        hold=False,
    )
    classify_ticket(ticket=ticket, user=ada, topic=ticket.topic)


def _said_elsewhere(hear, item, shop, ada, ticket_of):
    """In the same thread somebody answers her, and on another ticket we name her."""
    beside = item(
        thread=f"{MARK}-m1",
        in_reply_to=f"{MARK}-m1",
        text=f"@{MARK}h mine came. Where is my parcel?",
    )
    [other] = hear(shop, beside)
    add_note(ticket=ticket_of(other), user=ada, text=f"Like @{MARK.upper()}h before.")


def _set_up(root, author, topic):
    """What people make for the whole desk, with her in it."""
    callers = make_list(user=root, slug="callers", name="Callers")
    list_author(user=root, author_list=callers, author=author)
    make_view(
        user=root,
        name=f"All of @{MARK}h",
        filters={"q": f"from:{MARK}h"},
        audience="private",
    )
    change_many(
        user=root,
        action={"do": "priority", "priority": "high", "reason": "x"},
        tickets=[Ticket.objects.first().public_id],
        asked={"q": f"from:{MARK}h"},
    )
    note_export(user=root, what="tickets", q=f"from:{MARK}h")
    TopicRule.objects.create(topic=topic, kind="phrase", pattern=f"@{MARK}h")
    given = f"I am Mara {MARK}n and my parcel is late"
    TopicExample.objects.create(topic=topic, text=given, digest=b"1")
    copied = f"My parcel {MARK}?"
    TopicExample.objects.create(topic=topic, text=copied, digest=_sha(copied))
    bring = make_import(user=root, name="export.csv", body=ROWS.encode())
    start_import(user=root, job=bring)
    waiting = ROWS.replace("31-02", "01-02")
    make_import(user=root, name="later.csv", body=waiting.encode())


def _surveyed(ticket, queue, answer, pump):
    SurveySetting.objects.create(queue=queue, is_on=True, delay_minutes=5)
    answer(ticket)
    pass_by(minutes=6)
    ask_due()
    survey = Survey.objects.get(ticket=ticket)
    key = link_in(survey.delivery.text)
    arrive(survey.delivery_id)
    pump()
    answer_survey(key=key, score=4, comment=f"Fine, says {MARK}")


def _sha(text):
    from hashlib import sha256

    return sha256(text.encode()).digest()


@pytest.fixture
def resolve(ada):
    def end(ticket, **given):
        ticket.refresh_from_db()
        return resolve_ticket(ticket=ticket, user=ada, **given)

    return end


@pytest.fixture
def erase(officer, read_what_can_be):
    """Erases somebody whole; returns the receipt."""

    def run(author):
        made = erase_person(
            user=officer, author=author, reason=Reason.REQUEST, reference="2026-14"
        )
        read_what_can_be()
        made.refresh_from_db()
        return made

    return run
