"""A public question that goes on in private."""

from uuid import UUID, uuid4

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions.private_threads import move_to_private
from webcare.api.acting import LONGEST_TEXT, Acting, answer_with, changes
from webcare.api.endpoint import Request
from webcare.api.inputs import In, asked


class MovePrivateIn(In):
    """`text` is said in private; without it nothing is sent."""

    text = serializers.CharField(
        max_length=LONGEST_TEXT, required=False, trim_whitespace=False
    )


class MovePrivate(Acting):
    """409 `no_private_channel` has a `text` that refers to another way."""

    @changes("Go on in private", MovePrivateIn)
    def post(self, request: Request, ticket: UUID) -> Response:
        given = asked(MovePrivateIn, request)
        moved = move_to_private(
            ticket=self.ticket(request, ticket),
            user=request.user,
            text=given.get("text", ""),
            client_key=request.headers.get("Idempotency-Key") or str(uuid4()),
        )
        return answer_with(moved)
