"""Custom fields: which there are, which a ticket lacks, and how to filter by them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from webcare.domain.fields import FieldKind, column_of, read_answer
from webcare.exceptions import Invalid, NotFound
from webcare.models import CustomField, FieldValue, Ticket, User
from webcare.queries.sight import of_own_queues

PREFIX = "field."
# What may stand behind a key, and how it compares; only where there is an order.
SIDES = {"__min": ">=", "__max": "<="}
ORDERED = frozenset({FieldKind.NUMBER.value, FieldKind.DATE.value})


def fields() -> QuerySet[CustomField]:
    return CustomField.objects.select_related("queue").order_by("position", "key")


def fields_for(user: User) -> QuerySet[CustomField]:
    """Return the fields that `user` may know of: of all queues, or of their own."""
    return fields().filter(of_own_queues(user))


def field_named(key: str, among: QuerySet[CustomField] | None = None) -> CustomField:
    """Raises NotFound."""
    found = (fields() if among is None else among).filter(key=key).first()
    if found is None:
        raise NotFound(_("There is no such field."))
    return found


def fields_asked_of(ticket: Ticket) -> QuerySet[CustomField]:
    """Return what is in use for all queues, and for the ticket's own."""
    everywhere, own = Q(queue=None), Q(queue=ticket.queue_id)
    return fields().filter(everywhere | own, retired_at=None)


def missing_fields(ticket: Ticket) -> list[str]:
    """Return the keys of fields that have to be answered before it is resolved."""
    answered = FieldValue.objects.filter(ticket=ticket).values("field")
    asked = fields_asked_of(ticket).filter(required_to_resolve=True)
    return list(asked.exclude(pk__in=answered).values_list("key", flat=True))


def require_fields(ticket: Ticket) -> None:
    """Raise Invalid, with a sentence for each field, unless none is missing."""
    refuse_missing(missing_fields(ticket))


# The same keys, of a ticket `k`, for a statement that reads more of it.
MISSING = """ARRAY(
    SELECT f.key FROM webcare_customfield f
     WHERE (f.queue_id IS NULL OR f.queue_id = k.queue_id) AND f.retired_at IS NULL
       AND f.required_to_resolve AND NOT EXISTS (
           SELECT FROM webcare_fieldvalue v
            WHERE v.ticket_id = k.id AND v.field_id = f.id)
     ORDER BY f.position, f.key)"""


def refuse_missing(missing: Sequence[str]) -> None:
    """Raise Invalid, with a sentence for each of these keys, unless there is none."""
    if missing:
        sentence = _("Answer this field before the ticket is resolved.")
        raise Invalid(**dict.fromkeys(missing, sentence))


def field_conditions(given: Mapping[str, str]) -> tuple[list[str], dict[str, Any]]:
    """Return conditions on the ticket `k` in SQL, and their values.

    `given` maps `field.<key>` to an answer that is equal, and `field.<key>__min` or
    `field.<key>__max` to the end of a range of numbers or dates, itself included.
    One statement finds the fields, and each condition is read from an index of its
    column. Raises Invalid with a sentence for each that cannot be asked.
    """
    asked = {name: _parts(name) for name in given}
    keys = {key for key, _side in asked.values()}
    known = {one.key: one for one in fields().filter(key__in=keys)} if keys else {}
    conditions, values, errors = [], dict[str, Any](), dict[str, str]()
    for number, (name, (key, side)) in enumerate(asked.items()):
        try:
            field, answer = _comparable(known.get(key), side, given[name])
        except ValueError as error:
            errors[name] = str(error)
            continue
        conditions.append(_condition(number, column_of(field.kind), side))
        values |= {f"field_{number}": field.pk, f"answer_{number}": answer}
    if errors:
        raise Invalid(**errors)
    return conditions, values


def _parts(name: str) -> tuple[str, str]:
    """Take `field.<key>__min` apart: the key, and what stands behind it."""
    key = name.removeprefix(PREFIX)
    side = next((one for one in SIDES if key.endswith(one)), "")
    return key.removesuffix(side), side


def _comparable(
    field: CustomField | None, side: str, text: str
) -> tuple[CustomField, Any]:
    if field is None:
        raise ValueError(_("There is no such field."))
    if side and field.kind not in ORDERED:
        raise ValueError(_("Only a number or a date has a least and a most."))
    kind = FieldKind.TEXT if field.kind == FieldKind.CHOICE else field.kind
    # A choice that is offered no more may still be looked for.
    return field, read_answer(kind, text)


def _condition(number: int, column: str, side: str) -> str:
    return (
        f"EXISTS (SELECT FROM webcare_fieldvalue v WHERE v.ticket_id = k.id"
        f" AND v.field_id = %(field_{number})s"
        f" AND v.{column} {SIDES.get(side, '=')} %(answer_{number})s)"
    )
