"""What an answer takes along, as it names it and as a colleague approves it."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from conversations.actions import files
from conversations.actions.files import Facts
from conversations.models.bulk import fetch
from webcare.exceptions import Invalid
from webcare.models import Approval, User


class Attached(NamedTuple):
    """What an answer names: the file, and how it would go out."""

    file: int
    id: UUID
    name: str
    type: str
    size: int
    alt: str
    sha256: bytes

    @property
    def facts(self) -> Facts:
        return Facts(self.name, self.type, self.size, self.alt)

    @property
    def pinned(self) -> str:
        """What somebody approves of it: its bytes, and all that is told beside them."""
        return "/".join((bytes(self.sha256).hex(), self.type, self.name, self.alt))


def choose(ticket: int, user: User, named: Sequence[UUID]) -> tuple[Attached, ...]:
    """Return what `user` attached here and did not send, in the order named.

    Raises Invalid for anything else.
    """
    if not named:
        return ()
    found = _attached(
        "a.ticket_id = %s AND a.owner_id = %s AND f.delivery_id IS NULL"
        " AND a.public_id = ANY(%s)",
        [ticket, user.pk, list(named)],
    )
    by_id = {one.id: one for one in found}
    if len(set(named)) != len(named) or len(by_id) != len(named):
        raise _not_ready()
    return tuple(by_id[one] for one in named)


def of_approval(approval: Approval) -> tuple[Attached, ...]:
    """Return what waits with an answer for a second pair of eyes."""
    return tuple(
        _attached("a.approval_id = %s AND f.delivery_id IS NULL", [approval.pk])
    )


def wait_with(approval: Approval, attached: Sequence[Attached]) -> None:
    """Let files wait with the answer that a colleague is to read."""
    fetch(
        """UPDATE webcare_attachment a
              SET approval_id = %s, position = given.position - 1
             FROM unnest(%s::bigint[]) WITH ORDINALITY AS given(file, position)
            WHERE a.file_id = given.file""",
        [approval.pk, [one.file for one in attached]],
    )


def go_with(delivery: int, attached: Sequence[Attached]) -> None:
    """Let files go out with an answer, in this order, once its ticket is locked.

    Raises Invalid where one of them was removed or sent in this moment.
    """
    if attached and not files.bind(delivery, [one.file for one in attached]):
        raise _not_ready()


def _attached(which: str, values: Sequence[object]) -> list[Attached]:
    rows = fetch(
        f"""SELECT f.id, a.public_id, f.name, f.type, f.size, f.alt, f.sha256
              FROM webcare_attachment a JOIN conversations_file f ON f.id = a.file_id
             WHERE {which} ORDER BY a.position, a.id""",
        values,
    )
    return [Attached._make(row) for row in rows]


def _not_ready() -> Invalid:
    return Invalid(
        attachments=_("Name each file once that you attached here and did not send.")
    )
