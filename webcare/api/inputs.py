"""Bodies, checked for their shape; what they mean is for the actions."""

from typing import Any

from django.utils.translation import gettext as _
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
    for field in body.fields.values():
        _name_choices(getattr(field, "child", field))
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def _name_choices(field: serializers.Field[Any, Any, Any, Any]) -> None:
    """Let a refusal say what there is to choose from."""
    if isinstance(field, serializers.ChoiceField):
        choices = ", ".join(map(str, field.choices))
        field.error_messages["invalid_choice"] = _("Choose from: %(choices)s.") % {
            "choices": choices
        }
