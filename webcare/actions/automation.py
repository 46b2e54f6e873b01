"""Rules of the desk: made, changed, taken out of use, and tried without effect."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from webcare.domain.automation.definitions import Definition, read_definition
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, NotAllowed, StaleVersion
from webcare.models import (
    AutomationRule,
    AutomationRuleVersion,
    Queue,
    RuleTrigger,
    User,
)
from webcare.queries.automation import NAMED, known_names
from webcare.queries.people import Rights, require

MOST_RULES = 200
NO_NAMES = (None, "none", "any", "agent", "lead")  # words with a meaning


@transaction.atomic
def make_rule(
    *,
    user: User,
    name: str,
    definition: Any,
    queue: Queue | None = None,
    position: int = 0,
    is_enabled: bool = False,
) -> AutomationRule:
    """Make a rule for the tickets of `queue`, or for all where it is None.

    It acts under the permission of `user`, asked again each time it runs. Raises
    NotAllowed, and Invalid with a sentence for each path of `definition` at fault.
    """
    _require(user, queue)
    if AutomationRule.objects.filter(retired_at=None).count() >= MOST_RULES:
        most = {"most": MOST_RULES}
        raise Invalid(name=_("At most %(most)d rules: retire one first.") % most)
    checked = _checked(user, definition)
    rule = AutomationRule.objects.create(
        name=name,
        queue=queue,
        owner=user,
        position=position,
        is_enabled=is_enabled,
        timer_state=checked.trigger.state,
        timer_minutes=checked.trigger.minutes,
    )
    _listen(rule, checked)
    _keep(rule, checked, user)
    return rule


@transaction.atomic
def change_rule(
    *,
    user: User,
    rule: AutomationRule,
    version: int | None = None,
    definition: Any = None,
    **fields: Any,
) -> AutomationRule:
    """Change a rule; `user` becomes its owner, and the change a version of its own.

    `version` is the one the caller has seen; a definition may leave out what stays.
    Raises NotAllowed, Invalid, StaleVersion.
    """
    rule = AutomationRule.objects.select_for_update(of=["self"]).get(pk=rule.pk)
    _require(user, rule.queue)
    if "queue" in fields:
        _require(user, fields["queue"])
    if version is not None and version != rule.version:
        raise StaleVersion(_("The rule has changed: look at what is new."))
    kept = rule.versions.get(number=rule.version).definition
    checked = _checked(user, {**kept, **(definition or {})})
    AutomationRule.objects.filter(pk=rule.pk).update(
        **fields,
        owner=user,
        version=F("version") + 1,
        timer_state=checked.trigger.state,
        timer_minutes=checked.trigger.minutes,
    )
    rule.refresh_from_db()
    _listen(rule, checked)
    _keep(rule, checked, user)
    return rule


@transaction.atomic
def retire_rule(*, user: User, rule: AutomationRule) -> None:
    """Take a rule out of use; what it did keeps naming it. Raises NotAllowed."""
    _require(user, rule.queue)
    AutomationRule.objects.filter(pk=rule.pk, retired_at=None).update(
        retired_at=Now(), is_enabled=False
    )


def check_definition(user: User, definition: Any) -> Definition:
    """Check a definition that is only tried. Raises NotAllowed, Invalid."""
    if not Rights.of(user).where(Permission.MANAGE_RULES):
        raise NotAllowed(permission=Permission.MANAGE_RULES.value)
    return _checked(user, definition)


def _require(user: User, queue: Queue | None) -> None:
    require(user, Permission.MANAGE_RULES, queue.pk if queue else None)


def _checked(user: User, given: Any) -> Definition:
    definition = read_definition(given)
    if errors := dict(_unknown(definition)):
        raise Invalid(**errors)
    if any(step.do == "webhook" for step in definition.steps):
        require(user, Permission.MANAGE_WEBHOOKS)
    return definition


@dataclass(frozen=True, slots=True)
class _Name:
    kind: str
    name: str
    path: str


def _unknown(definition: Definition) -> Iterator[tuple[str, str]]:
    """Names that nothing here has: path -> sentence."""
    by_kind: defaultdict[str, list[_Name]] = defaultdict(list)
    for one in _names(definition):
        if one.kind in NAMED and one.name not in NO_NAMES:
            by_kind[one.kind].append(one)
    for kind, names in by_kind.items():
        known = known_names(kind, [one.name for one in names])
        for one in names:
            if one.name not in known:
                yield one.path, _("There is nothing here with this name.")


def _names(definition: Definition) -> Iterator[_Name]:
    """Everything that a definition knows by a name of ours."""
    for leaf in definition.conditions.leaves:
        if leaf.custom:
            yield _Name("custom", leaf.custom, leaf.path)
        for value in leaf.values if leaf.field in NAMED and not leaf.custom else ():
            yield _Name(leaf.field, value, leaf.path)
    for number, step in enumerate(definition.steps):
        for key, value in step.values.items():
            kind = "agent" if key == "who" else key
            yield _Name(kind, value, f"actions.{number}.{key}")


def _listen(rule: AutomationRule, definition: Definition) -> None:
    rule.triggers.all().delete()
    RuleTrigger.objects.bulk_create(
        RuleTrigger(rule=rule, kind=kind) for kind in definition.trigger.events
    )


def _keep(rule: AutomationRule, definition: Definition, user: User) -> None:
    AutomationRuleVersion.objects.create(
        rule=rule, number=rule.version, definition=definition.as_data(), made_by=user
    )
