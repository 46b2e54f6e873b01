"""Erase a person: at once from then on, and in the background all that was kept.

The first transaction cuts the author off: what comes later is a stranger's. What is
erased after it is a closed set, taken in batches, each of which commits with its place;
whatever dies goes on from there, and to do a batch twice does it once.
"""

import json

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.actions import batches, erasing
from conversations.models import Author
from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions.audit import audit
from webcare.actions.erased_tickets import rewriting
from webcare.actions.erasing_steps import STEPS, Batch
from webcare.domain.erasures import Named, Reason, names, words_of
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, NotErasable
from webcare.models import Erasure, ListedAuthor, User
from webcare.queries.erasures import hindrances
from webcare.queries.people import require

ERASE = "erase"
STEP_COUNT = len(STEPS)
LATER_SECONDS = 60  # until it is looked at again whether a model has forgotten


@transaction.atomic
def erase_person(
    *, user: User, author: Author, reason: Reason, reference: str = ""
) -> Erasure:
    """Erase an author: their words and names, and what we wrote to and about them.

    From now on they are unknown, and who writes under their name is somebody new. The
    rest goes in the background; asked for again, the same erasure is returned. Figures
    stay what they were. Raises NotAllowed, Invalid for a reference that names them, and
    NotErasable while a ticket of theirs is live, or something of theirs is on its way.
    """
    require(user, Permission.ERASE_PERSON)
    erasing.hold_channel(author.channel_id)
    author = Author.objects.select_for_update().get(pk=author.pk)
    if found := Erasure.objects.filter(author=author).first():
        return found
    named = Named(author.external_id, author.handle, author.name)
    _check(author, named, reference)
    made = Erasure.objects.create(
        author=author,
        asked_by=user,
        reason=reason,
        reference=reference,
        named=json.dumps(named),
    )
    ListedAuthor.objects.filter(author=author).delete()
    erasing.cut(author)
    what = {"reason": reason.value, "reference": reference}
    audit("person_erased", who=user, about=f"erasure:{made.public_id}", after=what)
    batches.enqueue(ERASE, [made.pk])
    return made


def note_export(*, user: User, author: Author) -> None:
    """Write down that all that is kept of an author leaves. Raises NotAllowed."""
    require(user, Permission.EXPORT_PERSON)
    audit("person_exported", who=user, about=f"person:{author.public_id}")


def erase_some(erasure_ids: list[int]) -> None:
    """Do the next batch of each, and come back while there is more."""
    at_work = Erasure.objects.filter(pk__in=erasure_ids, finished_at=None)
    locked = at_work.select_related("author", "asked_by").select_for_update(
        of=("self",)
    )
    for erasure in locked.order_by("pk"):
        _go_on(erasure)


STAGE = batches.Stage(ERASE, erase_some)


def _go_on(erasure: Erasure) -> None:
    why = f"erasure {erasure.public_id}"
    with rewriting(by=erasure.asked_by.username, why=why):
        batch = STEPS[erasure.step](erasure)
    for what, count in batch.counts.items():
        erasure.counts[what] = erasure.counts.get(what, 0) + count
    _move(erasure, batch)
    erasure.save()


def _move(erasure: Erasure, batch: Batch) -> None:
    """Say where it goes on: in the same step, in the next, later, or nowhere."""
    if batch.is_put_off:
        _look_later(erasure)
        return
    if batch.position is None:
        erasure.step, erasure.position = erasure.step + 1, 0
    else:
        erasure.position = batch.position
    if erasure.step < len(STEPS):
        batches.enqueue(ERASE, [erasure.pk])
    else:
        erasure.named, erasure.finished_at = "", database_now()


def _look_later(erasure: Erasure) -> None:
    fetch(
        """INSERT INTO conversations_work (stage, subject_id, due_at)
           VALUES (%s, %s, statement_timestamp() + make_interval(secs => %s))
               ON CONFLICT DO NOTHING""",
        [ERASE, erasure.pk, LATER_SECONDS],
    )


def _check(author: Author, named: Named, reference: str) -> None:
    if names(reference, [*words_of(named), *filter(None, named)]):
        raise Invalid(
            reference=_("This names the person: it is kept. Use a case number.")
        )
    if found := hindrances(author):
        raise NotErasable(" ".join(found))
