"""What messages are taken for: danger and sentiment, by a machine or a person."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.readings import set_sentiment
from webcare.api.acting import Acting, changes
from webcare.api.conversation import CURSOR
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person, stamp
from webcare.api.tickets import show
from webcare.domain.readings import Danger, Sentiment
from webcare.queries.readings import ReadingRow, reading_page
from webcare.queries.ticket_lists import ticket_by_id
from webcare.queries.tickets import ticket_for


class DangerReadOut(Out):
    """`label` is a person's word where there is one, else the machine's.

    `machine` is what the machine said, with its `score` from 0 to 1 and `edition`;
    `why` names the kind of danger.
    """

    label = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Danger.choices
    )
    machine = serializers.ChoiceField(choices=Danger.choices)
    score = serializers.FloatField()
    why = serializers.CharField()
    edition = serializers.IntegerField()
    said_by = PersonOut(allow_null=True)
    said_at = serializers.DateTimeField(allow_null=True)


class SentimentReadOut(Out):
    """As for danger; a machine that is not sure says `unsure`."""

    label = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Sentiment.choices
    )
    machine = serializers.ChoiceField(choices=Sentiment.choices)
    score = serializers.FloatField()
    edition = serializers.IntegerField()
    said_by = PersonOut(allow_null=True)
    said_at = serializers.DateTimeField(allow_null=True)


class ReadingOut(Out):
    message = serializers.UUIDField()
    posted_at = serializers.DateTimeField()
    danger = DangerReadOut()
    sentiment = SentimentReadOut()


def reading_out(row: ReadingRow) -> Json:
    return {
        "message": str(row.message),
        "posted_at": stamp(row.posted_at),
        "danger": {
            "label": row.danger_said or row.danger,
            "machine": row.danger,
            "score": row.danger_score,
            "why": row.danger_why,
            "edition": row.danger_edition,
            "said_by": person(row.danger_by, row.danger_by_name),
            "said_at": stamp(row.danger_said_at),
        },
        "sentiment": {
            "label": row.sentiment_said or row.sentiment,
            "machine": row.sentiment,
            "score": row.sentiment_score,
            "edition": row.sentiment_edition,
            "said_by": person(row.sentiment_by, row.sentiment_by_name),
            "said_at": stamp(row.sentiment_said_at),
        },
    }


class SentimentIn(In):
    sentiment = serializers.ChoiceField(
        choices=[
            Sentiment.NEGATIVE.value,
            Sentiment.NEUTRAL.value,
            Sentiment.POSITIVE.value,
        ]
    )


class SetSentiment(Acting):
    @changes("Say how an author feels in their newest message", SentimentIn)
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        given = Sentiment(asked(SentimentIn, request)["sentiment"])
        set_sentiment(ticket=found, user=request.user, sentiment=given)
        return show(*ticket_by_id(found.pk))


class TicketReadings(Endpoint):
    permission_classes = [Desk]

    @says(
        "List what the messages of a ticket are taken for",
        ReadingOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="tickets",
        is_list=True,
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        read_filters(request, {}, CURSOR)
        found = ticket_for(request.user, ticket, with_names=False)
        mark, limit = mark_of(request, "readings"), limit_of(request)
        rows, page = reading_page(found, mark, limit)
        out = [reading_out(row) for row in rows]
        return Response(paged(request, page, out, "readings"))
