"""The shape of what people send us; the rules are asked by the actions."""

from uuid import UUID

from django import forms

from webcare.actions.tickets import LONGEST_NOTE, LONGEST_REASON
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Priority, Resolution
from webcare.queries.tickets import Seen

WAYS = [("public", ""), ("private", "")]


class Text(forms.CharField):
    """Written by a person: newlines are newlines, outer blanks are none."""

    def to_python(self, value: object) -> str:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")


class SignInForm(forms.Form):
    username = forms.CharField(max_length=150)
    password = forms.CharField(max_length=1_000, strip=False)


class CodeForm(forms.Form):
    code = forms.CharField(max_length=100)


class Ids(forms.Field):
    """Ids of things, each under the same name."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: object) -> list[UUID]:
        given = value if isinstance(value, list) else []
        return [forms.UUIDField().clean(one) for one in given]


class ReplyForm(forms.Form):
    text = Text(required=False, max_length=100_000)
    key = forms.CharField(max_length=200)
    seen = forms.CharField(max_length=100)
    then = forms.ChoiceField(choices=Status.choices)
    visibility = forms.ChoiceField(choices=WAYS, required=False)
    confirmed = forms.CharField(max_length=200, required=False)
    macro = forms.UUIDField(required=False)
    attachments = Ids(required=False)

    def seen_by_writer(self) -> Seen:
        """What was on the page; a page we did not make has seen nothing."""
        return Seen.parse(self.cleaned_data["seen"]) or Seen(0, 0, 0)


class NoteForm(forms.Form):
    text = Text(max_length=20_000)


class DangerForm(forms.Form):
    is_danger = forms.ChoiceField(choices=[("true", "true"), ("false", "false")])
    reason = forms.CharField(max_length=200)


class PriorityForm(forms.Form):
    priority = forms.ChoiceField(choices=Priority.choices)
    reason = forms.CharField(max_length=200)


class ResolveForm(forms.Form):
    outcome = forms.ChoiceField(choices=Resolution.choices)
    reason = forms.RegexField(
        r"^[a-z0-9_-]*$", max_length=LONGEST_REASON, required=False
    )
    note = Text(max_length=LONGEST_NOTE, required=False)
