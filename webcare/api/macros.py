"""Macros: texts that are often written, and what is done to a ticket with them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import macro_use, macros
from webcare.actions.macro_use import Preview
from webcare.api.acting import Acting, key_of, said_out, seen_in
from webcare.api.conversation import ReplyOut, news_out
from webcare.api.endpoint import Endpoint, Request
from webcare.api.filters import read_filters
from webcare.api.inputs import In, asked, version_in
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Desk
from webcare.api.schema import IF_MATCH, says
from webcare.api.shapes import THEN, Json, Out, PersonOut, stamp
from webcare.api.views import TeamOfViewOut
from webcare.domain.macros import Owner, Wording
from webcare.domain.outcomes import Priority
from webcare.exceptions import StaleReply
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
from webcare.queries.tickets import ticket_for
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


class UseMacroIn(In):
    """Unsaid, nothing is changed: what it would say and do is shown.

    `apply` makes its changes and leaves the text to you; `send` sends it as well.
    `key` makes it one use however often it is sent; so does Idempotency-Key.
    """

    macro = serializers.UUIDField()
    apply = serializers.BooleanField(default=False)
    send = serializers.BooleanField(default=False)
    key = serializers.CharField(max_length=200, required=False)
    anyway = serializers.BooleanField(
        default=False, help_text="Send although there is something new."
    )


class UsedOut(Out):
    """What a macro says on a ticket, in which of its wordings, and what it changes.

    `missing` are variables that nothing is known for: they stand in the text as they
    were written, and such a text is not sent. `length` counts your initials.
    """

    macro = serializers.UUIDField()
    text = serializers.CharField(allow_blank=True)
    wording = WordingOut(allow_null=True)
    missing = serializers.ListField(child=serializers.CharField())
    length = serializers.IntegerField()
    limit = serializers.IntegerField()
    is_too_long = serializers.BooleanField()
    changes = ChangesOut()
    applied = serializers.BooleanField()
    reply = ReplyOut(allow_null=True)


def changes_out(macro: Any) -> Json:
    return {
        "then": macro.then or None,
        "priority": macro.priority or None,
        "topic": macro.topic and macro.topic.slug,
        "queue": macro.queue and macro.queue.slug,
        "agent_is": macro.agent_is or None,
        "agent": _person(macro.agent),
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
        "owner": _person(macro.user),
        "team": team and {"id": str(team.public_id), "name": team.name},
        "position": macro.position,
        "texts": [_wording_out(text) for text in macro.texts.all()],
        **changes_out(macro),
        "usage_count": macro.usage_count,
        "last_used_at": stamp(macro.last_used_at),
        "created_at": stamp(macro.created_at),
    }


def used_out(macro: Any, shown: Preview, *, applied: bool, said: Any = None) -> Json:
    used = shown.wording and next(
        text
        for text in macro.texts.all()
        if (text.channel_id, text.language) == shown.wording[:2]
    )
    return {
        "macro": str(macro.public_id),
        "text": shown.text,
        "wording": used and _wording_out(used),
        "missing": shown.missing,
        "length": shown.length,
        "limit": shown.limit,
        "is_too_long": shown.is_too_long,
        "changes": changes_out(macro),
        "applied": applied,
        "reply": said and said_out(said),
    }


def _wording_out(text: Any) -> Json:
    return {
        "channel": text.channel and text.channel.slug,
        "language": text.language,
        "text": text.text,
    }


def _person(user: Any) -> Json | None:
    return user and {"id": str(user.public_id), "name": str(user)}


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


class UseMacro(Acting):
    @says(
        "Show what a macro says and does on a ticket, or let it",
        UsedOut,
        asks=UseMacroIn,
        refuses=(404, 409, 412, 422),
        parameters=(IF_MATCH,),
        tag="acting",
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        given = asked(UseMacroIn, request)
        if given["send"]:
            return self._send(request, ticket, given)
        found = self.ticket(request, ticket)
        macro = macro_for(request.user, given["macro"])
        use = {"ticket": found, "user": request.user, "macro": macro}
        if given["apply"]:
            shown = macro_use.apply_macro(**use, key=key_of(request, given))
        else:
            shown = macro_use.preview(**use)
        return Response(used_out(macro, shown, applied=given["apply"]))

    def _send(self, request: Request, ticket: UUID, given: Json) -> Response:
        """Stale here is what it is for an answer, not any change of the ticket."""
        found = ticket_for(request.user, ticket)
        macro = macro_for(request.user, given["macro"])
        seen = None if given["anyway"] else seen_in(request)
        try:
            shown, said = macro_use.send_macro(
                ticket=found,
                user=request.user,
                macro=macro,
                key=key_of(request, given),
                seen=seen,
            )
        except StaleReply as stale:
            stale.data["news"] = news_out(found.pk, seen)
            raise
        return Response(used_out(macro, shown, applied=True, said=said))
