"""The least that a Django REST framework view costs around the same statements.

A token is looked up, what comes in is validated by a serializer, one or two statements
run, and what goes out is written by a serializer. Served by `gunicorn bench.floor`.
"""

import json
from hashlib import sha256
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.urls import path
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench import rows


def _fetch(statement: str, given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()


class Token(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[int, None]:
        token = request.META.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        found = _fetch(rows.WHOSE_TOKEN, [sha256(token.encode()).digest()])
        if not found:
            raise AuthenticationFailed
        return found[0][0], None


class View(APIView):
    authentication_classes = [Token]


class Author(serializers.Serializer[Any]):
    external_id = serializers.CharField(max_length=255)
    handle = serializers.CharField(max_length=200)
    name = serializers.CharField(max_length=200)


class Said(serializers.Serializer[Any]):
    external_id = serializers.CharField(max_length=255)
    text = serializers.CharField(max_length=50_000)
    posted_at = serializers.DateTimeField()
    author = Author()
    thread = serializers.CharField(max_length=255, required=False)


class Intake(View):
    def post(self, request: Request, channel: int) -> Response:
        many = isinstance(request.data, list)
        said = Said(data=request.data if many else [request.data], many=True)
        said.is_valid(raise_exception=True)
        items = sorted(said.initial_data, key=lambda item: item["external_id"])
        keys = [f"c:{item['external_id']}" for item in items]
        bodies = [json.dumps(item).encode() for item in items]
        [[kept]] = _fetch(rows.KEEP, [channel, keys, bodies])
        return Response({"accepted": kept}, status=202)


class Ticket(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    status = serializers.CharField()
    priority = serializers.CharField()
    is_danger = serializers.BooleanField()
    excerpt = serializers.CharField()
    language = serializers.CharField()
    opened_at = serializers.DateTimeField()
    waiting_since = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    last_message_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    topic_by = serializers.CharField()
    topic_confidence = serializers.FloatField()
    handle = serializers.CharField()
    name = serializers.CharField()
    channel = serializers.CharField()
    queue = serializers.CharField()
    agent = serializers.UUIDField()
    agent_name = serializers.CharField()
    topic = serializers.CharField()
    topic_name = serializers.CharField()


class Message(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    direction = serializers.CharField()
    visibility = serializers.CharField()
    text = serializers.CharField()
    url = serializers.CharField()
    posted_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField()
    deleted_at = serializers.DateTimeField()
    handle = serializers.CharField()
    name = serializers.CharField()


def _named(fields: tuple[str, ...], found: list[tuple[Any, ...]]) -> list[Any]:
    return [dict(zip(fields, row, strict=True)) for row in found]


def _ticket(public_id: str) -> Any:
    [ticket] = _named(rows.TICKET_FIELDS, _fetch(rows.TICKET, [public_id]))
    return Ticket(ticket).data


def _thread(number: int) -> Any:
    found = _fetch(rows.THREAD, [number])
    return Message(_named(rows.MESSAGE_FIELDS, found), many=True).data


class Tickets(View):
    def get(self, request: Request) -> Response:
        found = _named(rows.TICKET_FIELDS, _fetch(rows.LIST, []))
        return Response({"results": Ticket(found, many=True).data})


class Search(View):
    def get(self, request: Request) -> Response:
        query = request.query_params["q"]
        found = _named(rows.TICKET_FIELDS, _fetch(rows.SEARCH, [query, query]))
        return Response({"results": Ticket(found, many=True).data})


class OneTicket(View):
    def get(self, request: Request, ticket: str) -> Response:
        return Response(_ticket(ticket))


class Thread(View):
    """The number is in the address: the ticket is looked up by nobody else."""

    def get(self, request: Request, ticket: str, number: int) -> Response:
        return Response({"results": _thread(number)})


class Page(View):
    def get(self, request: Request, ticket: str) -> Response:
        shown = _ticket(ticket)
        return Response(shown | {"messages": _thread(shown["number"])})


class Answer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=10_000)
    key = serializers.CharField(max_length=200)
    then = serializers.ChoiceField(["pending", "resolved"])


class Reply(View):
    def post(self, request: Request, ticket: str) -> Response:
        answer = Answer(data=request.data)
        answer.is_valid(raise_exception=True)
        given = answer.validated_data
        statement = rows.RESOLVE if given["then"] == "resolved" else rows.REPLY
        named = {
            "ticket": ticket,
            "user": request.user,
            "text": given["text"],
            "key": given["key"],
            "then": given["then"],
        }
        [[reply]] = _fetch(statement, named)
        return Response({"id": reply}, status=201)


class Claim(View):
    def post(self, request: Request, ticket: str = "") -> Response:
        statement = rows.CLAIM if ticket else rows.CLAIM_NEXT
        [[taken]] = _fetch(statement, {"user": request.user, "ticket": ticket or None})
        return Response(_ticket(taken))


urlpatterns = [
    path("claim-next", Claim.as_view()),
    path("tickets/<uuid:ticket>/claim", Claim.as_view()),
    path("intake/<int:channel>", Intake.as_view()),
    path("search", Search.as_view()),
    path("tickets", Tickets.as_view()),
    path("tickets/<uuid:ticket>", OneTicket.as_view()),
    path("tickets/<uuid:ticket>/page", Page.as_view()),
    path("tickets/<uuid:ticket>/messages/<int:number>", Thread.as_view()),
    path("tickets/<uuid:ticket>/reply", Reply.as_view()),
]
application = get_wsgi_application()
