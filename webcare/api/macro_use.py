"""A macro on a ticket: what it says and does there, shown or done."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import macro_use
from webcare.actions.macro_use import Preview
from webcare.api.acting import Acting, key_of, said_out, seen_in
from webcare.api.conversation import ReplyOut, news_out
from webcare.api.endpoint import Request
from webcare.api.inputs import In, asked
from webcare.api.macros import ChangesOut, WordingOut, changes_out, wording_out
from webcare.api.schema import IF_MATCH, says
from webcare.api.shapes import Json, Out
from webcare.exceptions import StaleReply
from webcare.queries.macros import macro_for
from webcare.queries.tickets import ticket_for


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


def used_out(macro: Any, shown: Preview, *, applied: bool, said: Any = None) -> Json:
    used = shown.wording and next(
        text
        for text in macro.texts.all()
        if (text.channel_id, text.language) == shown.wording[:2]
    )
    return {
        "macro": str(macro.public_id),
        "text": shown.text,
        "wording": used and wording_out(used),
        "missing": shown.missing,
        "length": shown.length,
        "limit": shown.limit,
        "is_too_long": shown.is_too_long,
        "changes": changes_out(macro),
        "applied": applied,
        "reply": said and said_out(said),
    }


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
