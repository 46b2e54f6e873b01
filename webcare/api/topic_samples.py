"""Samples of what machines said, checked by people without knowing it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import topic_samples as acts
from webcare.api.conversation import CURSOR
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person, stamp
from webcare.domain.outcomes import DecidedBy
from webcare.queries import topic_samples, topics
from webcare.queries.people import require_role
from webcare.queries.setup import chosen_topic
from webcare.queries.sight import require_own_desk

MOST_DAYS = 365


class SampleIn(In):
    size = serializers.IntegerField(min_value=1, max_value=acts.MOST, default=100)
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=30)


class CheckIn(In):
    topic = serializers.SlugField(
        allow_null=True, help_text="Null where it is about none of them."
    )


class RightOut(Out):
    """`accuracy` is right of checked; it lies from `low` to `high` (Wilson, 95 %)."""

    checked = serializers.IntegerField()
    right = serializers.IntegerField()
    accuracy = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class RightOfTopicOut(RightOut):
    topic = serializers.CharField(allow_null=True)


class RightOfDeciderOut(RightOut):
    by = serializers.ChoiceField(choices=DecidedBy.choices)


class SampleOut(RightOut):
    """A sample and its figures by now; `topics` by what the machine had said."""

    id = serializers.UUIDField()
    drawn_at = serializers.DateTimeField()
    drawn_by = PersonOut()
    days = serializers.IntegerField()
    drawn = serializers.IntegerField()
    topics = RightOfTopicOut(many=True)
    deciders = RightOfDeciderOut(many=True)


class SampledOut(Out):
    """A ticket to check; what the machine had said is told once a person spoke."""

    id = serializers.UUIDField()
    ticket = serializers.UUIDField()
    number = serializers.IntegerField()
    text = serializers.CharField()
    is_checked = serializers.BooleanField()
    said = serializers.CharField(allow_null=True)
    machine = serializers.CharField(allow_null=True)
    by = serializers.CharField(allow_null=True)


def right_out(checked: topic_samples.Checked) -> Json:
    between = checked.interval
    return {
        "checked": checked.checked,
        "right": checked.right,
        "accuracy": round(checked.right / checked.checked, 4) if between else None,
        "low": between and round(between.low, 4),
        "high": between and round(between.high, 4),
    }


def sample_out(sample: Any, slugs: dict[int, str]) -> Json:
    return samples_out([sample], slugs)[0]


def samples_out(samples: Sequence[Any], slugs: dict[int, str]) -> list[Json]:
    found = topic_samples.figures(samples)
    return [_sample(one, found[one.pk], slugs) for one in samples]


def _sample(sample: Any, found: topic_samples.Figures, slugs: dict[int, str]) -> Json:
    by = sample.drawn_by
    return {
        "id": str(sample.public_id),
        "drawn_at": stamp(sample.drawn_at),
        "drawn_by": person(by.public_id, by.get_full_name() or by.username),
        "days": sample.days,
        "drawn": found.drawn,
        **right_out(found.whole),
        "topics": [
            {"topic": slugs.get(topic), **right_out(one)}
            for topic, one in found.topics.items()
        ],
        "deciders": [{"by": name, **right_out(one)} for name, one in found.by.items()],
    }


def _sampled(row: topic_samples.SampledRow) -> Json:
    told = row._asdict() | {"id": str(row.id), "ticket": str(row.ticket)}
    machine = told.pop("topic")
    # Who checks says what they see, not what they were told.
    shown = row.is_checked
    return told | {
        "machine": machine if shown else None,
        "by": row.by if shown else None,
    }


class TopicSamples(Endpoint):
    permission_classes = [Desk]

    @says(
        "List the samples, the newest first",
        SampleOut,
        parameters=tuple(PAGING),
        refuses=(422,),
        tag="topics",
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        read_filters(request, {}, CURSOR)
        require_role(request.user)
        require_own_desk(request.user)
        mark, limit = mark_of(request, "topic-samples"), limit_of(request)
        found, page = topic_samples.sample_page(mark, limit)
        slugs = topics.slugs()
        out = samples_out(found, slugs)
        return Response(paged(request, page, out, "topic-samples"))

    @says(
        "Draw tickets by lot, to check what machines said of them",
        SampleOut,
        asks=SampleIn,
        status=201,
        refuses=(422,),
        tag="topics",
    )
    def post(self, request: Request) -> Response:
        made = acts.draw_sample(user=request.user, **asked(SampleIn, request))
        return Response(sample_out(made, topics.slugs()), status=201)


class TopicSampleDetail(Endpoint):
    permission_classes = [Desk]

    @says("See how often machines were right", SampleOut, refuses=(404,), tag="topics")
    def get(self, request: Request, sample: UUID) -> Response:
        require_role(request.user)
        require_own_desk(request.user)
        found = topic_samples.sample_of(sample)
        return Response(sample_out(found, topics.slugs()))


class TopicSampleTickets(Endpoint):
    permission_classes = [Desk]

    @says(
        "List the tickets of a sample, those to check first",
        SampledOut(many=True),
        refuses=(404,),
        tag="topics",
    )
    def get(self, request: Request, sample: UUID) -> Response:
        require_role(request.user)
        require_own_desk(request.user)
        found = topic_samples.sample_of(sample)
        rows = topic_samples.sampled_rows(request.user, found)
        return Response([_sampled(row) for row in rows])


class TopicSampleTicket(Endpoint):
    permission_classes = [Desk]

    @says(
        "Say what a ticket of a sample is about",
        SampleOut,
        asks=CheckIn,
        refuses=(404, 422),
        tag="topics",
    )
    def post(self, request: Request, sample: UUID, sampled: UUID) -> Response:
        require_own_desk(request.user)
        slug = asked(CheckIn, request)["topic"]
        topic = None if slug is None else chosen_topic(slug, request.user)
        found = topic_samples.sample_of(sample)
        one = topic_samples.sampled_of(request.user, found, sampled)
        acts.check_ticket(user=request.user, sampled=one, topic=topic)
        return Response(sample_out(found, topics.slugs()))
