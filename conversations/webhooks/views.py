"""Verify, keep, answer. What a call says is read later, by a worker."""

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from conversations.actions.hooks import take_call
from conversations.exceptions import SignatureRejected
from conversations.http import BodyRefused, problem, read_json_body

log = structlog.get_logger(__name__)


@csrf_exempt
def receive(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer 202 once the bytes are committed, and touch nothing but PostgreSQL.

    A channel that is unknown, or has no secret, refuses like a bad signature does:
    what differs is only in our log.
    """
    if request.method != "POST":
        # This platform has no handshake; one that has brings its own answer to GET.
        return problem(
            405, "method_not_allowed", "Send POST.", headers={"Allow": "POST"}
        )
    try:
        body = read_json_body(request, settings.INTAKE_MAX_BYTES)
        take_call(slug=slug, headers=request.headers, body=body)
    except BodyRefused as refused:
        return refused.answer()
    except SignatureRejected as rejected:
        log.info("call refused", channel=slug, code=rejected.code)
        return problem(401, "signature_rejected", "The signature does not hold.")
    return HttpResponse(status=202)
