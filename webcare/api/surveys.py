"""What people thought of it: how a queue asks, and what its tickets' authors said."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import survey_answers, survey_settings
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, Nothing, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk, SetUp
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, stamp
from webcare.domain.surveys import (
    LONGEST_QUESTION,
    SOONEST_MINUTES,
    Skipped,
    SurveyState,
)
from webcare.queries.conversation import place_of
from webcare.queries.people import require_role
from webcare.queries.setup import queue_for
from webcare.queries.surveys import (
    SurveyRow,
    channels_of,
    setting_of,
    survey_of,
    survey_page,
    survey_row,
)
from webcare.queries.tickets import ticket_for

ORDER = "surveys"
MOST_CHANNELS = 200


class SurveySettingOut(Out):
    """How a queue asks. An empty question is the usual one, no channels are all."""

    is_on = serializers.BooleanField()
    delay_minutes = serializers.IntegerField()
    valid_days = serializers.IntegerField()
    channels = serializers.ListField(child=serializers.CharField())
    question_nl = serializers.CharField()
    question_en = serializers.CharField()
    asks_comment = serializers.BooleanField()


class SurveySettingIn(In):
    is_on = serializers.BooleanField(required=False)
    delay_minutes = serializers.IntegerField(
        min_value=SOONEST_MINUTES,
        max_value=30 * 24 * 60,
        required=False,
        help_text="After the end; before five minutes it may be undone.",
    )
    valid_days = serializers.IntegerField(min_value=1, max_value=30, required=False)
    channels = serializers.ListField(
        child=serializers.SlugField(), required=False, max_length=MOST_CHANNELS
    )
    question_nl = serializers.CharField(
        max_length=LONGEST_QUESTION, required=False, allow_blank=True
    )
    question_en = serializers.CharField(
        max_length=LONGEST_QUESTION, required=False, allow_blank=True
    )
    asks_comment = serializers.BooleanField(required=False)


class SurveyOut(Out):
    """What became of asking about one end of a ticket.

    `reason` is why nobody was asked. `message` is what was read as the score; a score
    without one came by the link. `due_at` is when it is asked, or ends unanswered.
    """

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=SurveyState.choices)
    reason = serializers.ChoiceField(choices=Skipped.choices, allow_null=True)
    resolved_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    asked_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    score = serializers.IntegerField(allow_null=True)
    message = serializers.UUIDField(allow_null=True)
    comment = serializers.CharField(allow_null=True)


def setting_out(chosen: Any) -> Json:
    return {
        "is_on": chosen.is_on,
        "delay_minutes": chosen.delay_minutes,
        "valid_days": chosen.valid_days,
        "channels": channels_of(chosen),
        "question_nl": chosen.question_nl,
        "question_en": chosen.question_en,
        "asks_comment": chosen.asks_comment,
    }


def survey_out(row: SurveyRow) -> Json:
    return {
        "id": str(row.id),
        "state": row.state,
        "reason": row.reason or None,
        "resolved_at": stamp(row.ended_at),
        "due_at": stamp(row.due_at),
        "asked_at": stamp(row.asked_at),
        "answered_at": stamp(row.answered_at),
        "score": row.score,
        "message": row.answer and str(row.answer),
        "comment": row.comment,
    }


class QueueSurvey(Endpoint):
    permission_classes = [SetUp]

    @says(
        "Look at how a queue asks what people thought",
        SurveySettingOut,
        refuses=(404,),
        tag="set-up",
    )
    def get(self, request: Request, slug: str) -> Response:
        require_role(request.user)
        return Response(setting_out(setting_of(queue_for(request.user, slug))))

    @says(
        "Change how a queue asks what people thought",
        SurveySettingOut,
        asks=SurveySettingIn,
        refuses=(404, 422),
        tag="set-up",
    )
    def patch(self, request: Request, slug: str) -> Response:
        fields = asked(SurveySettingIn, request, partial=True)
        queue = queue_for(request.user, slug)
        survey_settings.change_setting(user=request.user, queue=queue, **fields)
        return Response(setting_out(setting_of(queue)))


class TicketSurveys(Endpoint):
    permission_classes = [Desk]

    @says(
        "List what a ticket's author was asked, and answered",
        SurveyOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="tickets",
        is_list=True,
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        read_filters(request, {}, ("limit", "cursor"))
        place = place_of(request.user, ticket)
        mark, limit = mark_of(request, ORDER), limit_of(request)
        rows, page = survey_page(place, mark, limit)
        return Response(paged(request, page, [survey_out(row) for row in rows], ORDER))


class SurveyUnread(Endpoint):
    permission_classes = [Desk]

    @says(
        "Say that a message was no score after all",
        SurveyOut,
        asks=Nothing,
        refuses=(404,),
        tag="acting",
    )
    def post(self, request: Request, ticket: UUID, survey: UUID) -> Response:
        found = survey_of(ticket_for(request.user, ticket), survey)
        unread = survey_answers.unread_score(survey=found, user=request.user)
        return Response(survey_out(survey_row(unread)))


class SurveyComment(Endpoint):
    permission_classes = [Desk]

    @says(
        "Erase what somebody wrote beside their score",
        None,
        status=204,
        refuses=(404,),
        tag="people",
    )
    def delete(self, request: Request, ticket: UUID, survey: UUID) -> Response:
        found = survey_of(ticket_for(request.user, ticket), survey)
        survey_answers.erase_comment(survey=found, user=request.user)
        return Response(status=204)
