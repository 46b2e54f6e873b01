"""How often topics are right: tickets drawn by lot, which people look at in turn."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from webcare.actions.topic_samples import check_ticket, draw_sample
from webcare.domain.permissions import Permission
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.tickets import views_with
from webcare.queries import topic_samples
from webcare.queries.cards import topics_to_choose
from webcare.queries.inbox import desk_of
from webcare.queries.people import Rights
from webcare.queries.setup import chosen_topic
from webcare.queries.sight import require_own_desk
from webcare.queries.topics import names_by_id

SIZE, DAYS = 100, 30
NONE = "none"


@desk
@require_GET
def topic_check(request: DeskRequest) -> HttpResponse:
    """Show what is known of the newest sample, and the next ticket to look at."""
    rights = let_in(request)
    sample = topic_samples.samples().first()
    here = desk_of(request.user, rights)
    given = {"page_is": "topic-check", "desk": here, "views": views_with(here)}
    given["may_draw"] = rights.allow(Permission.TEACH_TOPICS)
    if sample is not None:
        given |= _shown(request, sample)
    return render(request, "webcare/inbox/topic_check.html", given)


def _shown(request: DeskRequest, sample: Any) -> dict[str, Any]:
    rows = topic_samples.sampled_rows(request.user, sample)
    found = topic_samples.figures([sample])[sample.pk]
    names = names_by_id(request.user)
    return {
        "sample": sample,
        "next": next((row for row in rows if not row.is_checked), None),
        "drawn": found.drawn,
        "whole": _percents(found.whole),
        "by_topic": [
            (names.get(topic, ""), _percents(one))
            for topic, one in found.topics.items()
        ],
        "topics": topics_to_choose(request.user),
    }


def _percents(found: topic_samples.Checked) -> dict[str, int] | None:
    between = found.interval
    if between is None:
        return None
    return {
        "checked": found.checked,
        "right": round(100 * found.right / found.checked),
        "low": round(100 * between.low),
        "high": round(100 * between.high),
    }


@desk
@require_POST
def topic_draw(request: DeskRequest) -> HttpResponse:
    """Draw the next sample."""
    let_in(request)
    sample = draw_sample(user=request.user, size=SIZE, days=DAYS)
    count = sample.tickets.count()
    said = ngettext("%(n)d ticket was drawn.", "%(n)d tickets were drawn.", count)
    messages.success(request, said % {"n": count})
    return redirect("inbox:topic-check")


@desk
@require_POST
def topic_say(request: DeskRequest, sample: UUID, sampled: UUID) -> HttpResponse:
    """Keep what somebody says a ticket is about, and go on to the next."""
    let_in(request)
    found = topic_samples.sample_of(sample)
    one = topic_samples.sampled_of(request.user, found, sampled)
    slug = request.POST.get("topic", "")
    topic = None if slug == NONE else chosen_topic(slug, request.user)
    check_ticket(user=request.user, sampled=one, topic=topic)
    messages.success(request, _("Kept."))
    return redirect("inbox:topic-check")


def let_in(request: DeskRequest) -> Rights:
    """Those who teach topics somewhere, and work for the desk itself."""
    rights = Rights.of(request.user)
    if not rights.where(Permission.TEACH_TOPICS):
        raise PermissionDenied
    require_own_desk(request.user)
    return rights
