"""Who changed the rights or data of whom: one line each, in the same transaction."""

from typing import Any

from webcare.models import AuditEntry, User


def audit(
    what: str,
    *,
    who: User | None,
    whom: User | None = None,
    about: str = "",
    before: Any = None,
    after: Any = None,
) -> None:
    """Write one line; it stays whatever becomes of the people in it."""
    AuditEntry.objects.create(
        what=what,
        who=who,
        whom=whom,
        about=about,
        before=before or {},
        after=after or {},
    )
