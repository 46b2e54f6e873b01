"""Which trained model decides: published by its training, or chosen by a person."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.models import Message
from webcare.actions.audit import audit
from webcare.domain.permissions import Permission
from webcare.exceptions import ModelUnusable
from webcare.models import TopicModel as Model
from webcare.models import User
from webcare.queries.people import require

State = Model.State


@transaction.atomic
def publish(model_id: int) -> None:
    """Let every worker's next batch use this model, in place of the one before."""
    Model.objects.filter(state=State.PUBLISHED).update(state=State.READY)
    Model.objects.filter(pk=model_id, state=State.READY).update(
        state=State.PUBLISHED, published_at=Now()
    )


@transaction.atomic
def choose_model(*, user: User, training: Model) -> None:
    """Let a person publish a model: an earlier one, or one that was found worse.

    Raises NotAllowed, ModelUnusable for one that did not end well, or that learned
    from texts that were erased since.
    """
    require(user, Permission.TEACH_TOPICS)
    if training.state not in {State.READY, State.PUBLISHED}:
        raise ModelUnusable(_("Only a model that was trained can decide."))
    if _may_have_lost(training):
        raise ModelUnusable(_("Texts that it learned from were erased since."))
    publish(training.pk)
    Model.objects.filter(pk=training.pk).update(chosen_by=user)
    audit("model_chosen", who=user, about=f"model:{training.pk}")


def has_lost(messages: Sequence[int]) -> bool:
    """Return whether any of these messages was deleted by its author, or is gone."""
    kept = Message.objects.filter(pk__in=messages, deleted_at=None)
    return kept.count() < len(messages)


def _may_have_lost(training: Model) -> bool:
    """One that cannot say what it was made of is held to have lost what any did."""
    if training.messages is None:
        later = Model.objects.filter(pk__gt=training.pk, cause=Model.Cause.ERASURE)
        return later.exists()
    return has_lost(training.messages)
