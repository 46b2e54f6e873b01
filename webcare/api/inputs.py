"""Bodies, checked for their shape; what they mean is for the actions."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.request import Request

from webcare.exceptions import StaleVersion

In = serializers.Serializer[Any]
LONGEST_NAME = 100


class Nothing(In):
    """No fields."""


def asked(
    shape: type[serializers.Serializer[Any]], request: Request, *, partial: bool = False
) -> dict[str, Any]:
    """Return the checked fields of a body, for `partial` only those that were sent.

    Raises ValidationError, also for what is not asked for, by its name. The
    framework's own partial reaches into lists, whose members would then lack what
    they need.
    """
    body = _body(shape, partial, get_language())
    if unknown := dict(_unknown(body, request.data)):
        raise serializers.ValidationError(unknown)
    return dict(body.run_validation(request.data or {}))


def said_in_form(request: Request) -> bytes:
    """Return what a form holds, the same whenever it says the same.

    Its own bytes differ each time, and its files may be large.
    """
    form: Any = request.data
    given = [(name, form.getlist(name)) for name in sorted(form)]
    return repr([(name, list(map(_member, values))) for name, values in given]).encode()


def _member(value: Any) -> str:
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return f"{value.name} {digest.hexdigest()}"


@lru_cache(maxsize=500)
def _body(
    shape: type[serializers.Serializer[Any]], partial: bool, language: str | None
) -> serializers.Serializer[Any]:
    """One for all requests in a language: to check a body changes nothing in it, and
    to make one copies every field."""
    body = shape()
    for field in body.fields.values():
        if partial:
            field.required, field.default = False, empty
        _name_choices(getattr(field, "child", field))
    return body


def _unknown(shape: Any, given: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Members of a body that nothing reads: path -> a sentence with those there are."""
    inner = getattr(shape, "child", None)
    if isinstance(given, list) and inner is not None:
        for number, one in enumerate(given):
            yield from _unknown(inner, one, f"{path}{number}.")
    if not (isinstance(given, dict) and isinstance(shape, serializers.Serializer)):
        return
    for name, value in given.items():
        if name in shape.fields:
            yield from _unknown(shape.fields[name], value, f"{path}{name}.")
        else:
            yield f"{path}{str(name)[:LONGEST_NAME]}", [_not_asked(shape)]


def _not_asked(shape: serializers.Serializer[Any]) -> str:
    if not shape.fields:
        return _("Unknown: nothing is asked for here.")
    choices = {"choices": ", ".join(sorted(shape.fields))}
    return _("Unknown. Choose from: %(choices)s.") % choices


def _name_choices(field: serializers.Field[Any, Any, Any, Any]) -> None:
    """Let a refusal say what there is to choose from."""
    if isinstance(field, serializers.ChoiceField):
        choices = ", ".join(map(str, field.choices))
        field.error_messages["invalid_choice"] = _("Choose from: %(choices)s.") % {
            "choices": choices
        }


def version_in(request: Request) -> int | None:
    """The version that the caller has seen, by `If-Match`; None when they do not say.

    Raises StaleVersion for a tag that was never one of ours.
    """
    tag = request.headers.get("If-Match", "*").strip().strip('"')
    if tag == "*":
        return None
    if not (tag.isascii() and tag.isdigit()):
        raise StaleVersion(_("This is not a tag of it: look at it again."))
    return int(tag[:9])


def with_things(
    fields: Mapping[str, Any], look: Mapping[str, Callable[[str], Any]]
) -> dict[str, Any]:
    """Return `fields` with things in place of the names that a body gives them by."""
    return {
        name: look[name](value) if name in look and value else value
        for name, value in fields.items()
    }
