"""What is done to a ticket: each is one action, and answers with what is true then."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import claims, replies, tickets
from webcare.actions.attachments import MOST
from webcare.api.approvals import waiting_out
from webcare.api.conversation import ReplyOut, news_out, reply_out
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, Nothing, asked
from webcare.api.permissions import Desk
from webcare.api.schema import IF_MATCH, View, says
from webcare.api.shapes import THEN, Json, TicketInFullOut, ticket_out
from webcare.api.tickets import show
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Resolution
from webcare.domain.topics.decide import MOST_ALSO
from webcare.exceptions import StaleReply, StaleVersion
from webcare.queries.approvals import Approval, approval_row
from webcare.queries.conversation import Visibility, reply_of, reply_row, written_row
from webcare.queries.replies import standing_for
from webcare.queries.setup import (
    chosen_agent,
    chosen_channel,
    chosen_queue,
    chosen_topic,
)
from webcare.queries.ticket_lists import ticket_by_id
from webcare.queries.tickets import Seen, ticket_for

LONGEST_TEXT = 50_000
LONGEST_TAG = 100


class AssignIn(In):
    """`note` is written for colleagues, with it or not at all."""

    agent = serializers.UUIDField()
    note = serializers.CharField(max_length=LONGEST_TEXT, required=False)


class RouteIn(In):
    queue = serializers.SlugField()


class ClassifyIn(In):
    topic = serializers.SlugField(allow_null=True)
    also = serializers.ListField(
        child=serializers.SlugField(),
        max_length=MOST_ALSO,
        required=False,
        help_text="What it is about beside that. Unsaid: as it is.",
    )


class ResolveIn(In):
    """What became of it. Unsaid: answered if there is an answer, else none needed."""

    outcome = serializers.ChoiceField(choices=Resolution.choices, required=False)
    reason = serializers.RegexField(
        r"^[a-z0-9_-]*$",
        max_length=tickets.LONGEST_REASON,
        required=False,
        help_text="A word of your own for why it was not answered.",
    )
    note = serializers.CharField(
        max_length=tickets.LONGEST_NOTE, required=False, allow_blank=True
    )


class ReplyIn(In):
    """`key` makes it one answer however often it is sent; so does Idempotency-Key."""

    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False)
    then = serializers.ChoiceField(
        choices=THEN,
        required=False,
        help_text="pending if unsaid, and open for one that is holding.",
    )
    holding = serializers.BooleanField(
        default=False,
        help_text=(
            "It says no more than that we look into it: the author is acknowledged, "
            "and waits on."
        ),
    )
    key = serializers.CharField(max_length=200, required=False)
    visibility = serializers.ChoiceField(
        choices=Visibility.choices,
        required=False,
        help_text="Which thread; that of the author's newest message if unsaid.",
    )
    attachments = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=MOST,
        required=False,
        help_text="Ids of what you attached here, in the order to show them.",
    )
    anyway = serializers.BooleanField(
        default=False, help_text="Send although there is something new."
    )


class Acting(Endpoint):
    """One thing that can be done to a ticket."""

    permission_classes = [Desk]

    def ticket(self, request: Request, public_id: UUID) -> Any:
        """The ticket as the caller has seen it. Raises NotFound, StaleVersion."""
        found = ticket_for(request.user, public_id)
        seen = seen_in(request)
        if seen is not None and seen.version != found.version:
            row, now = ticket_by_id(found.pk)
            raise StaleVersion(
                _("The ticket has changed: look at what is new."),
                etag=str(now),
                ticket=ticket_out(row),
            )
        return found


def seen_in(request: Request) -> Seen | None:
    """What the caller decided on, by `If-Match`; None when they do not say."""
    tag = request.headers.get("If-Match", "*").strip()
    if tag == "*":
        return None
    # A tag that is none of ours was never true of any ticket.
    return (Seen.parse(tag) if len(tag) < LONGEST_TAG else None) or Seen(-1, -1, -1)


def answer_with(ticket: Any, *, status: int = 200) -> Response:
    """Answer with the ticket as it is now, also when it has just left one's sight."""
    response = show(*ticket_by_id(ticket.pk))
    response.status_code = status
    return response


def changes(summary: str, asks: Any = Nothing) -> Callable[[View], View]:
    """Describe an action that answers with the ticket."""
    return says(
        summary,
        TicketInFullOut,
        asks=asks,
        refuses=(404, 409, 412, 422),
        parameters=(IF_MATCH,),
        tag="acting",
    )


class Claim(Acting):
    @changes("Take a ticket")
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        return answer_with(tickets.claim_ticket(ticket=found, user=request.user))


class ClaimNextIn(In):
    """What it has to be, where it matters; else whatever is next."""

    queue = serializers.SlugField(max_length=50, required=False)
    channel = serializers.SlugField(max_length=50, required=False)
    language = serializers.CharField(max_length=12, required=False)


class ClaimNext(Endpoint):
    permission_classes = [Desk]

    @says(
        "Take the ticket to answer next",
        TicketInFullOut,
        asks=ClaimNextIn,
        refuses=(409, 422),
        nothing="Nothing waits for you.",
        tag="acting",
    )
    def post(self, request: Request) -> Response:
        given = asked(ClaimNextIn, request)
        ticket = claims.claim_next(
            user=request.user,
            queue=chosen_queue(given["queue"], request.user)
            if "queue" in given
            else None,
            channel=chosen_channel(given["channel"]) if "channel" in given else None,
            language=given.get("language", ""),
        )
        return Response(status=204) if ticket is None else answer_with(ticket)


class Release(Acting):
    @changes("Give a ticket back to its queue")
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        return answer_with(tickets.release_ticket(ticket=found, user=request.user))


class Assign(Acting):
    @changes("Say who answers", AssignIn)
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        given = asked(AssignIn, request)
        return answer_with(
            claims.hand_over(
                ticket=found,
                user=request.user,
                agent=chosen_agent(given["agent"]),
                note=given.get("note", ""),
                version=found.version,
            )
        )


class Route(Acting):
    @changes("Move a ticket to another queue", RouteIn)
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        queue = chosen_queue(asked(RouteIn, request)["queue"], request.user)
        return answer_with(
            tickets.route_ticket(
                ticket=found, user=request.user, queue=queue, version=found.version
            )
        )


class Classify(Acting):
    @changes("Say what a ticket is about", ClassifyIn)
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        given = asked(ClassifyIn, request)
        slug, also = given["topic"], given.get("also")
        topic = None if slug is None else chosen_topic(slug, request.user)
        others = [chosen_topic(one, request.user) for one in also or ()]
        return answer_with(
            tickets.classify_ticket(
                ticket=found,
                user=request.user,
                topic=topic,
                also=None if also is None else others,
                version=found.version,
            )
        )


class Resolve(Acting):
    @changes("Say what became of a ticket", ResolveIn)
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        given = asked(ResolveIn, request)
        outcome = given.pop("outcome", None)
        return answer_with(
            tickets.resolve_ticket(
                ticket=found,
                user=request.user,
                outcome=outcome and Resolution(outcome),
                **given,
            )
        )


class Reopen(Acting):
    @changes("Make a resolved ticket work again")
    def post(self, request: Request, ticket: UUID) -> Response:
        found = self.ticket(request, ticket)
        return answer_with(tickets.reopen_ticket(ticket=found, user=request.user))


class WriteReply(Acting):
    @says(
        "Answer a ticket",
        ReplyOut,
        asks=ReplyIn,
        status=202,
        refuses=(404, 409, 412, 422),
        parameters=(IF_MATCH,),
        tag="acting",
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        given = asked(ReplyIn, request)
        key = key_of(request, given)
        found = standing_for(request.user, ticket, key, _visibility(given))
        seen = None if given["anyway"] else seen_in(request)
        try:
            said = replies.send_reply(
                ticket=found,
                user=request.user,
                text=given["text"],
                client_key=key,
                visibility=_visibility(given),
                seen=seen,
                then=_then(given),
                holding=given["holding"],
                attachments=given.get("attachments", ()),
            )
        except StaleReply as stale:
            stale.data["news"] = news_out(found.ticket, seen)
            raise
        return Response(said_out(said), status=202)


def key_of(request: Request, given: Json) -> str:
    """The client's own key; without one every request is an answer of its own."""
    return given.get("key") or request.headers.get("Idempotency-Key") or str(uuid4())


def _then(given: Json) -> Status:
    usual = Status.OPEN if given["holding"] else Status.PENDING
    return Status(given.get("then", usual))


def _visibility(given: Json) -> Visibility | None:
    return Visibility(given["visibility"]) if "visibility" in given else None


def said_out(said: Any) -> Json:
    """An answer that was just written, or one that a colleague has to read first."""
    if isinstance(said, Approval):
        return waiting_out(approval_row(said))
    return reply_out(written_row(said))


class LetGo(Acting):
    @says(
        "Send an answer after all that was held",
        ReplyOut,
        asks=Nothing,
        refuses=(404, 409),
        tag="acting",
    )
    def post(self, request: Request, ticket: UUID, reply: UUID) -> Response:
        found = ticket_for(request.user, ticket)
        gone = replies.let_go(reply=reply_of(found, reply), user=request.user)
        return Response(reply_out(reply_row(gone)))


class TakeBack(Acting):
    @says(
        "Take back an answer that has not left",
        ReplyOut,
        asks=Nothing,
        refuses=(404, 409),
        tag="acting",
    )
    def post(self, request: Request, ticket: UUID, reply: UUID) -> Response:
        found = ticket_for(request.user, ticket)
        taken = replies.take_back_reply(reply=reply_of(found, reply), user=request.user)
        return Response(reply_out(reply_row(taken)))
