"""Ask a colleague without an account: by mail, with a link that ends."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from conversations.queries.clock import database_now
from webcare.actions.log import record
from webcare.actions.mails import queue_mail
from webcare.actions.notes import write_note
from webcare.actions.parking import park_ticket
from webcare.actions.tickets import move
from webcare.domain.lifecycle import LIVE, Status, not_live
from webcare.domain.links import digest_of, new_key
from webcare.domain.permissions import Permission
from webcare.domain.redaction import redact
from webcare.exceptions import Invalid, NotFound, TicketChanged
from webcare.models import Consultation, Mail, Ticket, TicketEvent, User
from webcare.queries.consultations import names_of
from webcare.queries.people import require

Kind = TicketEvent.Kind
State = Consultation.State
LONGEST_DAYS = 30


@transaction.atomic
def consult(
    *,
    ticket: Ticket,
    user: User,
    to: str,
    question: str,
    language: str = "nl",
    days: int = 7,
    hold: bool = True,
) -> Consultation:
    """Ask somebody at `to` about a ticket; what they answer becomes a note.

    The letter has the question, without the author's name and personal numbers, and a
    link that works for `days` (1 to 30) or until it is answered. `hold` lets the ticket
    wait for them. Raises NotAllowed, Invalid for an address outside the domains that
    may be asked, TicketChanged for a ticket that is not open any more.
    """
    require(user, Permission.CONSULT, ticket.queue_id)
    _check(to, days)
    if ticket.status not in LIVE:
        raise TicketChanged(not_live(ticket.status))
    key, outward = new_key(), redact(question, names_of(ticket))
    asked = Consultation.objects.create(
        ticket=ticket,
        asked_by=user,
        to=to,
        question=question,
        language=language,
        digest=digest_of(key),
        mail=_write_letter(user, to, outward, language, key),
        expires_at=database_now() + timedelta(days=days),
    )
    _record(asked, Kind.CONSULTED, actor=user)
    if hold:
        park_ticket(ticket=ticket, user=user, status=Status.ON_HOLD)
    return asked


@transaction.atomic
def answer_consultation(*, key: str, text: str) -> Consultation:
    """Keep what a colleague answers as a note; a ticket that waited for them is open
    again. Raises NotFound for a link that has ended, Invalid for an empty answer.
    """
    found = (
        Consultation.objects.select_for_update(of=["self"])
        .select_related("ticket")
        .filter(digest=digest_of(key), state=State.ASKED, expires_at__gt=Now())
        .first()
    )
    if found is None:
        raise NotFound(_("This link has ended."))
    if not text.strip():
        raise Invalid(text=_("Write an answer."))
    note = write_note(
        found.ticket, author=None, text=f"{found.to}:\n{text}", cause="consultation"
    ).note
    found.state, found.answered_at, found.note = State.ANSWERED, database_now(), note
    found.save(update_fields=["state", "answered_at", "note"])
    _record(found, Kind.CONSULT_ANSWERED, note=str(note.public_id))
    ticket = Ticket.objects.get(pk=found.ticket_id)
    if ticket.status == Status.ON_HOLD:
        _take_up(ticket)
    return found


@transaction.atomic
def cancel_consultation(*, consultation: Consultation, user: User) -> Consultation:
    """End the link of a question; one that was answered stays as it is.

    Raises NotAllowed, TicketChanged.
    """
    require(user, Permission.CONSULT, consultation.ticket.queue_id)
    ended = Consultation.objects.filter(pk=consultation.pk, state=State.ASKED).update(
        state=State.CANCELLED
    )
    if not ended and consultation.state == State.ANSWERED:
        raise TicketChanged(_("This question was answered already."))
    consultation.refresh_from_db()
    return consultation


def _check(to: str, days: int) -> None:
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(days=_("Choose 1 to 30 days."))
    domain = to.rpartition("@")[2].casefold()
    known = [one.casefold() for one in settings.CONSULT_DOMAINS]
    if known and not any(domain == one or domain.endswith(f".{one}") for one in known):
        raise Invalid(to=_("Only colleagues at %s can be asked.") % ", ".join(known))


def _write_letter(user: User, to: str, question: str, language: str, key: str) -> Mail:
    """What the customer wrote stays behind the link, where it can still be ended."""
    with translation.override(language):
        return queue_mail(
            to=to,
            subject=_("A question from %(name)s") % {"name": user},
            body="\n\n".join(
                (
                    question,
                    _("Read what it is about, and answer, on this page:")
                    + f"\n{settings.PUBLIC_URL}/consult/{key}",
                    _("The link is for you alone, works once, and ends by itself."),
                )
            ),
        )


def _record(
    asked: Consultation,
    kind: TicketEvent.Kind,
    *,
    actor: User | None = None,
    **more: str,
) -> None:
    record(
        asked.ticket,
        kind,
        at=database_now(),
        actor=actor,
        cause="person" if actor else "consultation",
        consultation=str(asked.public_id),
        **more,
    )


def _take_up(ticket: Ticket) -> None:
    move(ticket, Status.OPEN)
    record(
        ticket,
        Kind.STATUS_CHANGED,
        at=database_now(),
        cause="consultation",
        status=Status.OPEN.value,
        was=Status.ON_HOLD.value,
    )
