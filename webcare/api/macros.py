"""Macros: texts that are often written, and what is done to a ticket with them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import macros
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, asked, version_in
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import IF_MATCH, says
from webcare.api.shapes import THEN, Json, Out, PersonOut, person_out, stamp
from webcare.api.views import TeamOfViewOut
from webcare.domain.macros import Owner, Wording
from webcare.domain.outcomes import Priority
from webcare.queries.macros import (
    AgentIs,
    channels_named,
    macro_for,
    macro_page,
    owner_of,
)
from webcare.queries.people import require_role
from webcare.queries.setup import chosen_agent, chosen_queue, chosen_topic
from webcare.queries.tags import chosen_tags
from webcare.queries.views import team_for

LONGEST_TEXT = 10_000
MOST_TEXTS = 100
LANGUAGE = r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$"
ORDER = "made"


class WordingOut(Out):
    """A text, for a channel and a language; null and empty are any."""

    channel = serializers.CharField(allow_null=True)
    language = serializers.CharField(allow_blank=True)
    text = serializers.CharField()


class ChangesOut(Out):
    """What a macro does to a ticket; null or empty is no change.

    `then` is where the ticket goes with the answer, or at once without a text.
    `agent_is` is me, none, or other: the person in `agent`.
    """

    then = serializers.ChoiceField(choices=THEN, allow_null=True)
    priority = serializers.ChoiceField(choices=Priority.choices, allow_null=True)
    topic = serializers.CharField(allow_null=True)
    queue = serializers.CharField(allow_null=True)
    agent_is = serializers.ChoiceField(choices=AgentIs.choices, allow_null=True)
    agent = PersonOut(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    answers = serializers.DictField(help_text="Of custom fields, by their key.")


class MacroOut(ChangesOut):
    """A text in its wordings, what is done with it, and how often it was used."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    owned_by = serializers.ChoiceField(choices=Owner.choices)
    owner = PersonOut(allow_null=True)
    team = TeamOfViewOut(allow_null=True)
    position = serializers.IntegerField()
    texts = WordingOut(many=True)
    usage_count = serializers.IntegerField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class WordingIn(In):
    channel = serializers.SlugField(max_length=50, required=False, allow_null=True)
    language = serializers.RegexField(
        LANGUAGE, max_length=12, required=False, allow_blank=True
    )
    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)


class MacroChange(In):
    name = serializers.CharField(max_length=100)
    owned_by = serializers.ChoiceField(choices=Owner.choices, required=False)
    team = serializers.UUIDField(required=False, allow_null=True)
    position = serializers.IntegerField(min_value=0, max_value=10_000, required=False)
    texts = serializers.ListField(
        child=WordingIn(), required=False, max_length=MOST_TEXTS
    )
    then = serializers.ChoiceField(choices=THEN, required=False, allow_null=True)
    priority = serializers.ChoiceField(
        choices=Priority.choices, required=False, allow_null=True
    )
    topic = serializers.SlugField(max_length=50, required=False, allow_null=True)
    queue = serializers.SlugField(max_length=50, required=False, allow_null=True)
    agent_is = serializers.ChoiceField(
        choices=AgentIs.choices, required=False, allow_null=True
    )
    agent = serializers.UUIDField(required=False, allow_null=True)
    tags = serializers.ListField(
        child=serializers.SlugField(max_length=50), required=False, max_length=50
    )
    answers = serializers.DictField(required=False)


class MacroIn(MacroChange):
    pass


def changes_out(macro: Any) -> Json:
    return {
        "then": macro.then or None,
        "priority": macro.priority or None,
        "topic": macro.topic and macro.topic.slug,
        "queue": macro.queue and macro.queue.slug,
        "agent_is": macro.agent_is or None,
        "agent": macro.agent and person_out(macro.agent),
        "tags": sorted(tag.slug for tag in macro.tags.all()),
        "answers": macro.answers,
    }


def macro_out(macro: Any) -> Json:
    team = macro.team
    return {
        "id": str(macro.public_id),
        "version": macro.version,
        "name": macro.name,
        "owned_by": owner_of(macro).value,
        "owner": macro.user and person_out(macro.user),
        "team": team and {"id": str(team.public_id), "name": team.name},
        "position": macro.position,
        "texts": [wording_out(text) for text in macro.texts.all()],
        **changes_out(macro),
        "usage_count": macro.usage_count,
        "last_used_at": stamp(macro.last_used_at),
        "created_at": stamp(macro.created_at),
    }


def wording_out(text: Any) -> Json:
    return {
        "channel": text.channel and text.channel.slug,
        "language": text.language,
        "text": text.text,
    }


def _read(request: Request, fields: Json) -> Json:
    """Put rows in the place of names. Raises NotFound, Invalid."""
    look: dict[str, Callable[[Any], Any]] = {
        "topic": lambda slug: chosen_topic(slug, request.user),
        "queue": lambda slug: chosen_queue(slug, request.user),
        "agent": chosen_agent,
        "team": lambda team: team_for(request.user, team),
        "tags": lambda slugs: chosen_tags(request.user, slugs, "tags"),
        "owned_by": Owner,
        "texts": _wordings,
    }
    return {
        name: _nothing(name) if value is None else look.get(name, _as_it_is)(value)
        for name, value in fields.items()
    }


def _nothing(name: str) -> str | None:
    return "" if name in {"then", "priority", "agent_is"} else None


def _as_it_is(value: Any) -> Any:
    return value


def _wordings(given: list[Json]) -> list[Wording]:
    slugs = {one["channel"] for one in given if one.get("channel")}
    known = channels_named(slugs) if slugs else {}
    return [
        Wording(
            known[one["channel"]].pk if one.get("channel") else None,
            one.get("language", ""),
            one["text"],
        )
        for one in given
    ]


def _shown(request: Request, public_id: UUID, status: int = 200) -> Response:
    """A macro as it is now, with the tag of what its reader has seen."""
    macro = macro_for(request.user, public_id)
    tag = {"ETag": f'"{macro.version}"'}
    return Response(macro_out(macro), status=status, headers=tag)


class Macros(Endpoint):
    permission_classes = [Desk]

    @says(
        "List the macros you may use",
        MacroOut,
        parameters=tuple(PAGING),
        refuses=(422,),
        tag="macros",
        is_list=True,
    )
    def get(self, request: Request) -> Response:
        require_role(request.user)
        read_filters(request, {}, ("limit", "cursor"))
        mark, limit = mark_of(request, ORDER), limit_of(request)
        found, page = macro_page(request.user, mark, limit)
        return Response(paged(request, page, [macro_out(one) for one in found], ORDER))

    @says(
        "Make a macro",
        MacroOut,
        asks=MacroIn,
        status=201,
        refuses=(404, 422),
        tag="macros",
    )
    def post(self, request: Request) -> Response:
        fields = _read(request, asked(MacroIn, request))
        made = macros.make_macro(user=request.user, **fields)
        return _shown(request, made.public_id, status=201)


class MacroDetail(Endpoint):
    permission_classes = [Desk]

    @says("Look at a macro", MacroOut, refuses=(404,), tag="macros")
    def get(self, request: Request, macro: UUID) -> Response:
        require_role(request.user)
        return _shown(request, macro)

    @says(
        "Change a macro",
        MacroOut,
        asks=MacroChange,
        refuses=(404, 412, 422),
        parameters=(IF_MATCH,),
        tag="macros",
        once=False,
    )
    def patch(self, request: Request, macro: UUID) -> Response:
        require_role(request.user)
        found = macro_for(request.user, macro)
        fields = _read(request, asked(MacroChange, request, partial=True))
        version = version_in(request)
        macros.change_macro(user=request.user, macro=found, version=version, **fields)
        return _shown(request, macro)

    @says("Remove a macro", None, status=204, refuses=(404,), tag="macros")
    def delete(self, request: Request, macro: UUID) -> Response:
        require_role(request.user)
        found = macro_for(request.user, macro)
        macros.remove_macro(user=request.user, macro=found)
        return Response(status=204)
