"""The desk itself: what it is called."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from webcare.actions.audit import audit
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid
from webcare.models import DeskSetting, User
from webcare.queries.desk import UNNAMED
from webcare.queries.people import require

TOLD = ("name", "language")


@transaction.atomic
def change_desk(*, user: User, **fields: Any) -> DeskSetting:
    """Call the desk something else, or change the `language` of who is added.

    What is left out stays; no language is each browser's own. A change is audited,
    the same again is none. Raises NotAllowed, Invalid.
    """
    require(user, Permission.SET_UP)
    if "name" in fields and not fields["name"].strip():
        raise Invalid(name=_("A desk needs a name."))
    # A desk that came before names gets its row with its first one.
    DeskSetting.objects.get_or_create(defaults={"name": UNNAMED})
    kept = DeskSetting.objects.select_for_update().get()
    before = {name: getattr(kept, name) for name in TOLD}
    for name, value in fields.items():
        setattr(kept, name, (value or "").strip())
    after = {name: getattr(kept, name) for name in TOLD}
    if after != before:
        kept.save(update_fields=TOLD)
        audit("desk_changed", who=user, about="desk", before=before, after=after)
    return kept
