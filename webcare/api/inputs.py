"""Bodies, checked for their shape; what they mean is for the actions."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

In = serializers.Serializer[Any]


class Nothing(In):
    """No fields."""


def asked(
    shape: type[serializers.Serializer[Any]], request: Request, *, partial: bool = False
) -> dict[str, Any]:
    """Return the checked fields of a body. Raises ValidationError."""
    body = shape(data=request.data or {}, partial=partial)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)
