"""The way in for clients, and the busiest door: no framework between it and the rows.

Besides the statement that asks who calls and where, one statement and one commit.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from conversations.actions.ingestion import Taken, take_messages
from conversations.exceptions import Unreadable
from conversations.http import BodyRefused, problem, read_json_body
from webcare.actions.tokens import note_use
from webcare.api.authentication import CHALLENGE, token_in
from webcare.queries.tokens import Feeder, feeder_of


@csrf_exempt  # a token in a header is never sent by a browser on its own
def take_in(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep one message or a list of them; 202 once they are committed."""
    if request.method != "POST":
        return problem(
            405, "method_not_allowed", "Send POST.", headers={"Allow": "POST"}
        )
    token = token_in(request)
    feeder = feeder_of(token, slug) if token else None
    if feeder is None:
        return problem(
            401,
            "not_authenticated",
            "Send a valid token: Authorization: Bearer wc_…",
            headers={"WWW-Authenticate": CHALLENGE},
        )
    note_use(feeder.token, feeder.used_at)
    try:
        return _keep(feeder, request)
    except BodyRefused as refused:
        return refused.answer()
    except Unreadable as error:
        return problem(422, error.code, str(error))


def _keep(feeder: Feeder, request: HttpRequest) -> HttpResponse:
    if not feeder.may_feed:
        return problem(
            403, "not_allowed", "This token may not hand in messages: it needs intake."
        )
    if feeder.channel is None:
        return problem(404, "not_found", "There is no such channel.")
    body = read_json_body(request, settings.INTAKE_MAX_BYTES)
    taken = take_messages(channel=feeder.channel, body=body, now=feeder.now)
    if taken.rejected and not body.lstrip().startswith(b"["):
        return _refusal(taken)
    return JsonResponse(_answer(taken), status=202)


def _answer(taken: Taken) -> dict[str, object]:
    return {
        "accepted": taken.accepted,
        "duplicate": taken.duplicate,
        "rejected": [
            {"index": bad.index, "errors": bad.errors} for bad in taken.rejected
        ],
    }


def _refusal(taken: Taken) -> HttpResponse:
    """One message, and it cannot be taken: say so with the status."""
    return problem(
        422,
        "invalid",
        "Some fields need attention.",
        errors=taken.rejected[0].errors,
    )
