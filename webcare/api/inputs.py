"""Bodies, checked for their shape; what they mean is for the actions."""

from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.request import Request

In = serializers.Serializer[Any]


class Nothing(In):
    """No fields."""


def asked(
    shape: type[serializers.Serializer[Any]], request: Request, *, partial: bool = False
) -> dict[str, Any]:
    """Return the checked fields of a body, for `partial` only those that were sent.

    Raises ValidationError. The framework's own partial reaches into lists, whose
    members would then lack what they need.
    """
    body = shape(data=request.data or {})
    for field in body.fields.values() if partial else ():
        field.required, field.default = False, empty
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)
