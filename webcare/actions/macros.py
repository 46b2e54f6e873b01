"""Macros: texts that are often written and what goes with them, made and changed."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from webcare.domain.fields import read_answer
from webcare.domain.lifecycle import Status
from webcare.domain.macros import FIELD, KNOWN, Owner, Wording, unknown_in
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, NotAllowed, StaleVersion, taken
from webcare.models import (
    CustomField,
    Macro,
    MacroText,
    Tag,
    Team,
    TeamMember,
    User,
)
from webcare.queries.macros import AgentIs, owner_of
from webcare.queries.people import require, require_role, require_somewhere

MOST = 500  # of one owner


@transaction.atomic
def make_macro(
    *,
    user: User,
    owned_by: Owner = Owner.PERSON,
    team: Team | None = None,
    texts: Sequence[Wording] = (),
    tags: Sequence[Tag] = (),
    **fields: Any,
) -> Macro:
    """Keep a text, and what is done with it, for oneself, a team, or the whole desk.

    A text names only what can be filled in. Raises NotAllowed, Invalid.
    """
    macro = Macro(**fields)
    _give(macro, user, owned_by, team)
    _require_to_change(user, macro)
    if _beside(macro).count() >= MOST:
        raise Invalid(name=_("There are as many macros as there can be: remove one."))
    _check(macro, texts, tags)
    _save(macro)
    _write_texts(macro, texts)
    macro.tags.set(tags)
    return macro


@transaction.atomic
def change_macro(
    *,
    user: User,
    macro: Macro,
    version: int | None = None,
    owned_by: Owner | None = None,
    team: Team | None = None,
    texts: Sequence[Wording] | None = None,
    tags: Sequence[Tag] | None = None,
    **fields: Any,
) -> Macro:
    """Change a macro, or give it to others; `texts` and `tags` are all it then has.

    Who changes it may do so where it was and where it goes. `version` is the one the
    caller has seen. Raises NotAllowed, Invalid, StaleVersion.
    """
    macro = Macro.objects.select_for_update().get(pk=macro.pk)
    _require_to_change(user, macro)
    if version is not None and version != macro.version:
        raise StaleVersion(_("The macro has changed: look at what is new."))
    macro.version += 1
    for name, value in fields.items():
        setattr(macro, name, value)
    if owned_by is not None or team is not None:
        _give(macro, user, owned_by or owner_of(macro), team)
        _require_to_change(user, macro)
    all_texts = _texts_of(macro) if texts is None else texts
    _check(macro, all_texts, list(macro.tags.all()) if tags is None else tags)
    _save(macro)
    if texts is not None:
        macro.texts.all().delete()
        _write_texts(macro, texts)
    if tags is not None:
        macro.tags.set(tags)
    return macro


def remove_macro(*, user: User, macro: Macro) -> None:
    """Let a macro be used no more; what was done with it stays. Raises NotAllowed."""
    _require_to_change(user, macro)
    Macro.objects.filter(pk=macro.pk).update(is_retired=True)


def _give(macro: Macro, user: User, owned_by: Owner, team: Team | None) -> None:
    if (owned_by == Owner.TEAM) != (team is not None):
        raise Invalid(team=_("Name it exactly where a team owns the macro."))
    macro.user = user if owned_by == Owner.PERSON else None
    macro.team = team


def _require_to_change(user: User, macro: Macro) -> None:
    """One's own is one's own; others' are shared by who may. Raises NotAllowed."""
    owner = owner_of(macro)
    if owner == Owner.DESK:
        require(user, Permission.SHARE_MACROS)
    elif owner == Owner.TEAM:
        require_somewhere(user, Permission.SHARE_MACROS)
        if not TeamMember.objects.filter(user=user, team=macro.team_id).exists():
            raise NotAllowed(permission=Permission.SHARE_MACROS.value)
    else:
        require_role(user)
        if macro.user_id != user.pk:
            raise NotAllowed


def _beside(macro: Macro) -> QuerySet[Macro]:
    return Macro.objects.filter(user=macro.user, team=macro.team, is_retired=False)


def _save(macro: Macro) -> None:
    try:
        with transaction.atomic():
            macro.save()
    except IntegrityError as error:
        raise taken("name") from error


def _texts_of(macro: Macro) -> list[Wording]:
    rows = macro.texts.order_by("id").values_list("channel", "language", "text")
    return [Wording(*row) for row in rows]


def _write_texts(macro: Macro, texts: Sequence[Wording]) -> None:
    MacroText.objects.bulk_create(
        MacroText(
            macro=macro, channel_id=one.channel, language=one.language, text=one.text
        )
        for one in texts
    )


def _check(macro: Macro, texts: Sequence[Wording], tags: Sequence[Tag]) -> None:
    """Raise Invalid, with a sentence for everything that could not be done."""
    fields = {one.key: one for one in CustomField.objects.filter(retired_at=None)}
    errors = _wrong_answers(macro, fields)
    if sentence := _wrong_texts(texts, fields):
        errors["texts"] = sentence
    if retired := [tag.slug for tag in tags if tag.retired_at]:
        errors["tags"] = _("No longer in use: %s.") % ", ".join(retired)
    if macro.topic and macro.topic.retired_at:
        errors["topic"] = _("This topic is no longer in use: choose another.")
    if (macro.agent_is == AgentIs.OTHER) != (macro.agent_id is not None):
        errors["agent"] = _("Name somebody exactly where agent_is is other.")
    if macro.then == Status.RESOLVED and macro.agent_is in {AgentIs.ME, AgentIs.OTHER}:
        errors["agent_is"] = _("A ticket that is resolved is given to nobody.")
    if not (texts or tags or _changes(macro)):
        errors["texts"] = _("Write a text, or say what is to change.")
    if errors:
        raise Invalid(**errors)


def _changes(macro: Macro) -> bool:
    chosen = (macro.then, macro.priority, macro.agent_is, macro.answers)
    return any(chosen) or bool(macro.topic_id or macro.queue_id)


def _wrong_answers(macro: Macro, fields: dict[str, CustomField]) -> dict[str, str]:
    errors = {}
    for key, value in macro.answers.items():
        field = fields.get(key)
        try:
            if field is None:
                raise ValueError(_("There is no such field."))
            read_answer(field.kind, value, field.choices)
        except ValueError as error:
            errors[f"answers.{key}"] = str(error)
    return errors


def _wrong_texts(texts: Sequence[Wording], fields: dict[str, CustomField]) -> str:
    if len({(one.channel, one.language) for one in texts}) < len(texts):
        return _("Send one text for each channel and language.")
    unknown = dict.fromkeys(
        name for one in texts for name in unknown_in(one.text, fields)
    )
    if not unknown:
        return ""
    names = {
        "unknown": ", ".join(unknown),
        "known": ", ".join([*sorted(KNOWN), f"{FIELD}<key>"]),
    }
    return _("Nothing fills in %(unknown)s. Known are: %(known)s.") % names
