"""Tickets whose topic nobody is sure of, in groups that one decision settles."""

from rest_framework import serializers
from rest_framework.response import Response

from webcare.api.endpoint import Endpoint, Request
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Out
from webcare.queries.people import require_role
from webcare.queries.topics import slugs
from webcare.queries.triage import unsure_groups


class UnsureOut(Out):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    excerpt = serializers.CharField()


class UnsureGroupOut(Out):
    """The first ticket is the one that the others resemble; `words` are shared by most.

    `guess` is the topic that is likeliest for most of them, though not sure enough.
    """

    tickets = UnsureOut(many=True)
    words = serializers.ListField(child=serializers.CharField())
    guess = serializers.CharField(allow_null=True)


class UnsureGroupsOut(Out):
    """The 50 largest groups of the newest 500 tickets."""

    waiting = serializers.IntegerField()
    is_complete = serializers.BooleanField()
    groups = UnsureGroupOut(many=True)


class TopicTriage(Endpoint):
    permission_classes = [Desk]

    @says(
        "List unsure tickets, those together that are alike",
        UnsureGroupsOut,
        tag="topics",
    )
    def get(self, request: Request) -> Response:
        require_role(request.user)
        found, names = unsure_groups(request.user), slugs(request.user)
        return Response(
            {
                "waiting": found.waiting,
                "is_complete": found.is_complete,
                "groups": [
                    {
                        "tickets": [
                            {
                                "id": str(one.id),
                                "number": one.pk,
                                "excerpt": one.excerpt,
                            }
                            for one in group.tickets
                        ],
                        "words": list(group.words),
                        "guess": names.get(group.guess or 0),
                    }
                    for group in found.groups
                ],
            }
        )
