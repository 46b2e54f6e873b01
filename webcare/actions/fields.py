"""Custom fields: which there are, and their answers on tickets."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch, ids, insert
from conversations.queries.clock import database_now
from webcare.actions.log import Line, record_many
from webcare.actions.tickets import touch
from webcare.domain.fields import (
    Answer,
    FieldKind,
    column_of,
    is_key,
    read_answer,
    refuse_choices,
)
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, taken
from webcare.models import CustomField, FieldValue, Queue, Ticket, TicketEvent, User
from webcare.queries.fields import fields_asked_of
from webcare.queries.people import require

COLUMNS = ("text", "number", "date", "checkbox")


def make_field(
    *,
    user: User,
    key: str,
    kind: FieldKind,
    queue: Queue | None = None,
    choices: list[str] | None = None,
    **fields: Any,
) -> CustomField:
    """Ask something of the tickets of a queue, or of all where it is None.

    Key and kind stay what they are. Raises NotAllowed, Invalid.
    """
    require(user, Permission.MANAGE_FIELDS, queue.pk if queue else None)
    if not is_key(key):
        sentence = _("Use small letters, digits and single dashes or underscores.")
        raise Invalid(key=sentence)
    _check_choices(kind, choices or [])
    given = {"key": key, "kind": kind, "queue": queue, "choices": choices or []}
    try:
        with transaction.atomic():
            return CustomField.objects.create(**given, **fields)
    except IntegrityError as error:
        raise taken("key") from error


def change_field(
    *, user: User, field: CustomField, retired: bool | None = None, **fields: Any
) -> CustomField:
    """Change how a field is asked; a retired one is asked of no ticket any more.

    Answers stay, also those that are no choice any more. Raises NotAllowed, Invalid.
    """
    require(user, Permission.MANAGE_FIELDS, field.queue_id)
    if "choices" in fields:
        _check_choices(FieldKind(field.kind), fields["choices"])
    if retired is not None and retired != bool(field.retired_at):
        fields["retired_at"] = Now() if retired else None
    if fields:
        CustomField.objects.filter(pk=field.pk).update(**fields)
        field.refresh_from_db()
    return field


def _check_choices(kind: FieldKind, choices: list[str]) -> None:
    try:
        refuse_choices(kind, choices)
    except ValueError as error:
        raise Invalid(choices=str(error)) from error


@transaction.atomic
def answer_fields(*, ticket: Ticket, user: User, given: Mapping[str, Any]) -> Ticket:
    """Answer custom fields of a ticket: key -> answer, or None to take it back.

    What is so already is no change; each other one is one event. Raises NotAllowed,
    and Invalid, for all keys at once, where nothing is written then.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    put_answers(ticket, given, actor=user)
    return ticket


def put_answers(
    ticket: Ticket,
    given: Mapping[str, Any],
    *,
    actor: User | None,
    cause: str = "person",
) -> None:
    """Do what `answer_fields` does, for a person or a rule that may."""
    fetch("SELECT FROM webcare_ticket WHERE id = %s FOR NO KEY UPDATE", [ticket.pk])
    answers = _checked(ticket, given)
    kept = _keep(ticket, {f: a for f, a in answers.items() if a is not None})
    kept |= _take_back(ticket, [f.pk for f, a in answers.items() if a is None])
    if not kept:
        return
    touch(ticket)
    at, who = database_now(), actor.pk if actor else None
    record_many(
        [
            Line(
                ticket.pk,
                TicketEvent.Kind.FIELD_CHANGED,
                at,
                {"field": field.key, "is_answered": answer is not None},
                who,
            )
            for field, answer in answers.items()
            if field.pk in kept
        ],
        cause=cause,
    )


def _checked(
    ticket: Ticket, given: Mapping[str, Any]
) -> dict[CustomField, Answer | None]:
    asked = {field.key: field for field in fields_asked_of(ticket)}
    answers: dict[CustomField, Answer | None] = {}
    errors: dict[str, str] = {}
    for key, value in given.items():
        if (field := asked.get(key)) is None:
            errors[key] = _("This field is not asked of this ticket.")
            continue
        try:
            answers[field] = (
                None if value is None else read_answer(field.kind, value, field.choices)
            )
        except ValueError as error:
            errors[key] = str(error)
    if errors:
        raise Invalid(**errors)
    return answers


def _keep(ticket: Ticket, answers: Mapping[CustomField, Answer]) -> set[int]:
    """Write answers down; returns the fields whose answer became different."""
    rows = [
        {
            "ticket": ticket.pk,
            "field": field.pk,
            "kind": field.kind,
            **dict.fromkeys(COLUMNS),
            column_of(field.kind): _written(answer),
        }
        for field, answer in answers.items()
    ]
    new = ", ".join(f"EXCLUDED.{name}" for name in COLUMNS)
    old = ", ".join(f"webcare_fieldvalue.{name}" for name in COLUMNS)
    return set(
        ids(
            insert(
                FieldValue,
                rows,
                conflict=f"""ON CONFLICT (ticket_id, field_id) DO UPDATE
                    SET ({", ".join(COLUMNS)}, at) = ({new}, now())
                  WHERE ({old}) IS DISTINCT FROM ({new})""",
                returning="field_id",
            )
        )
    )


def _written(answer: Answer) -> Any:
    """As the database reads it from a list in JSON."""
    return answer if isinstance(answer, bool) else str(answer)


def _take_back(ticket: Ticket, fields: list[int]) -> set[int]:
    if not fields:
        return set()
    rows = fetch(
        """DELETE FROM webcare_fieldvalue WHERE ticket_id = %s AND field_id = ANY(%s)
        RETURNING field_id""",
        [ticket.pk, fields],
    )
    return set(ids(rows))
