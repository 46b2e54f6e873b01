"""The model on a page: trained, followed, judged, and chosen again."""

from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_POST

from webcare.actions.models import choose_model
from webcare.actions.training import request_training
from webcare.domain.permissions import Permission
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.tickets import views_with
from webcare.inbox.topic_check import let_in
from webcare.queries import topics as known
from webcare.queries.inbox import desk_of
from webcare.queries.models import encoder_name
from webcare.queries.people import Rights
from webcare.queries.topics import TrainingState as State

MOST = 20
# What a training wrote down, in words that are translated where they are read.
gettext_noop("The first model.")
gettext_noop("There is nothing to compare it with.")
gettext_noop("Give examples of two topics at least.")
gettext_noop("A text that it learned from was erased.")
gettext_noop("The process was lost.")


class Version(NamedTuple):
    """A training as its line tells it; `may_decide` where it can be chosen."""

    training: Any
    verdict: str
    failure: str
    may_decide: bool


@desk
@require_GET
def topic_model(request: DeskRequest) -> HttpResponse:
    """Show what decides, how far a training is, and all versions there were."""
    rights = let_in(request)
    here = desk_of(request.user, rights)
    frame = {"page_is": "topic-model", "desk": here, "views": views_with(here)}
    return render(request, "webcare/inbox/topic_model.html", frame | _shown(rights))


def _shown(rights: Rights) -> dict[str, Any]:
    trainings = list(known.trainings()[:MOST])
    may_train = rights.allow(Permission.TEACH_TOPICS)
    return {
        "may_train": may_train,
        "busy": next((one for one in trainings if one.state in _BUSY), None),
        "now": known.published_training(),
        "taught": known.taught(),
        "encoder": encoder_name(),
        "versions": [_version(one, may_train) for one in trainings],
    }


_BUSY = (State.WAITING, State.TRAINING)


def _version(training: Any, may_train: bool) -> Version:
    compared = training.quality.get("compared")
    return Version(
        training,
        "" if compared or not training.verdict else _(training.verdict),
        _(training.failure) if training.failure else "",
        may_train and training.state == State.READY,
    )


@desk
@require_POST
def topic_train(request: DeskRequest) -> HttpResponse:
    """Ask for a training of all examples."""
    let_in(request)
    request_training(user=request.user)
    messages.success(request, _("A training was asked for."))
    return redirect("inbox:topic-model")


@desk
@require_POST
def topic_model_choose(request: DeskRequest, training: UUID) -> HttpResponse:
    """Let an earlier model decide."""
    let_in(request)
    choose_model(user=request.user, training=known.training_of(training))
    messages.success(request, _("This model decides from the next message on."))
    return redirect("inbox:topic-model")
