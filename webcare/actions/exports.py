"""Rows that leave the desk: written down before the first of them does."""

from typing import Any

from webcare.actions.audit import audit
from webcare.domain.permissions import Permission
from webcare.models import User
from webcare.queries.people import require_somewhere


def note_export(*, user: User, what: str, **asked: Any) -> None:
    """Write down who exports what, and what was asked for. Raises NotAllowed."""
    require_somewhere(user, Permission.EXPORT_TICKETS)
    audit("exported", who=user, about=f"export:{what}", after=asked)
