"""What every view of the API stands on: a POST under a key is done once."""

import json
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework.request import Request as AnybodysRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from webcare.actions.requests import Answer, answer_once
from webcare.api.inputs import said_in_form
from webcare.api.renderers import Json

if TYPE_CHECKING:
    from webcare.models import User

    class Request(AnybodysRequest):
        """Somebody is signed in: the permission classes see to it."""

        user: User

else:
    Request = AnybodysRequest

Handler = Callable[..., Any]


class Endpoint(APIView):
    """One resource. Every subclass says who may enter: `permission_classes`."""

    # Members of an answer that are told once and never again, not even to a repeat.
    told_once: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "post" in cls.__dict__:
            cls.post = _once(cls.__dict__["post"])  # type: ignore[attr-defined]


def _once(post: Handler) -> Handler:
    """Honour `Idempotency-Key`: the first answer is the answer."""

    @wraps(post)
    def answer(view: Endpoint, request: Request, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return post(view, request, *args, **kwargs)
        made: list[Response] = []

        def do() -> Answer:
            made.append(post(view, request, *args, **kwargs))
            return _keepable(made[0], view.told_once)

        kept = answer_once(
            user=request.user, key=key, fingerprint=_fingerprint(request), do=do
        )
        return made[0] if made else Response(kept.body, status=kept.status)

    return answer


def _fingerprint(request: Request) -> bytes:
    path = request.get_full_path().encode()
    is_form = (request.content_type or "").startswith("multipart/")
    said = said_in_form(request) if is_form else request.body
    return sha256(b"\n".join((b"POST", path, said))).digest()


def _keepable(response: Response, told_once: frozenset[str]) -> Answer:
    body = json.loads(Json().render(response.data) or b"null")
    if isinstance(body, dict):
        body = {name: None if name in told_once else v for name, v in body.items()}
    return Answer(response.status_code, body)
