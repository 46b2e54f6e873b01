"""What the schema says of every view, said once."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from webcare.api.inputs import Nothing, asked

View = TypeVar("View", bound=Callable[..., Any])


class ProblemOut(serializers.Serializer[Any]):
    """A refusal, after RFC 9457. `code` is for programs, `detail` for people."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False
    )


REASONS = {
    400: "Not UTF-8 JSON.",
    401: "No valid token or session.",
    403: "This is not allowed.",
    404: "It does not exist, or not for you.",
    409: "Somebody was first, or its state does not allow it.",
    412: "There is something new: read it, then decide.",
    413: "Too large.",
    415: "Not JSON.",
    422: "Some fields need attention.",
    503: "Not now: come back after the seconds of Retry-After.",
}
# How anything with a body, or with a key for repeats, may be refused.
OF_BODIES = frozenset({400, 413, 415})
OF_KEYS = frozenset({409, 422})
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The same key and body get the first answer again, for two days.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag you decided on; 412 when there is something new.",
)


def says(
    summary: str,
    answer: Any,
    *,
    asks: Any = None,
    status: int = 200,
    refuses: tuple[int, ...] = (),
    parameters: tuple[OpenApiParameter, ...] = (),
    tag: str,
    is_list: bool = False,
    is_table: bool = False,
    is_stream: bool = False,
    is_file: bool = False,
    once: bool = True,
    nothing: str = "",
) -> Callable[[View], View]:
    """Describe one operation: what it asks, what it answers, how it may refuse.

    `once` is whether it honours an Idempotency-Key, `is_table` whether it answers
    with CSV and JSON lines too, `is_stream` with these alone, `is_file` with bytes,
    `nothing` when it answers 204.
    """
    given, refused = [*parameters], {401, 403, *refuses}
    if asks is not None:
        refused |= OF_BODIES
    if asks is not None and once:
        refused |= OF_KEYS
        given.append(IDEMPOTENCY_KEY)
    refusals = {
        (one, "application/problem+json"): OpenApiResponse(ProblemOut, REASONS[one])
        for one in sorted(refused)
    }
    told = _page(answer) if is_list else answer
    answers: dict[Any, Any] = {status: told}
    if is_table or is_stream:
        tables = ("text/csv", "application/jsonl")
        answers = {(200, one): OpenApiTypes.STR for one in tables}
    if is_file:
        answers = {(200, "*/*"): OpenApiTypes.BINARY}
    if is_table:
        answers[200, "application/json"] = told
    if nothing:
        answers[204] = OpenApiResponse(description=nothing)
    described = extend_schema(
        summary=summary,
        tags=[tag],
        request=asks,
        parameters=given,
        responses={**answers, **refusals},
    )
    if asks is Nothing:
        return lambda view: described(_asking_nothing(view))
    return described


def _asking_nothing(view: View) -> View:
    """Refuse a body with members where none is asked for, as `asked` does elsewhere."""

    @wraps(view)
    def answer(endpoint: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        asked(Nothing, request)
        return view(endpoint, request, *args, **kwargs)

    return cast(View, answer)


def _page(row: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    name = row.__name__.removesuffix("Out") + "PageOut"
    if name not in _PAGES:
        _PAGES[name] = type(
            name,
            (serializers.Serializer,),
            {
                "results": row(many=True),
                "next": serializers.CharField(allow_null=True),
                "previous": serializers.CharField(allow_null=True),
            },
        )
    return _PAGES[name]()


_PAGES: dict[str, type[serializers.Serializer[Any]]] = {}


class DeskSchema(AutoSchema):
    """Operations are called after their method and path, parameters included."""

    def get_operation_id(self) -> str:
        tokens = re.findall(r"\w+", self.path.replace("/api/v1", "").replace("-", "_"))
        return "_".join([self.method.lower(), *tokens])


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "webcare.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "wc_…"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "webcare.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
