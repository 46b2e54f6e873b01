"""Policies: made, changed by versions, put in order, taken out of use, and tried."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from webcare.actions.audit import audit
from webcare.domain.clocks import Aim, Course, stand
from webcare.domain.permissions import Permission
from webcare.domain.policies import Definition, read_definition
from webcare.exceptions import Invalid, StaleVersion
from webcare.models import Policy, PolicyVersion, User
from webcare.queries.automation import known_names, newest_tickets
from webcare.queries.calendars import chosen_calendar
from webcare.queries.people import require
from webcare.queries.policies import Held, openings, read_book, versions

MOST_POLICIES = 100
MOST_TRIED = 1_000
# What a condition names -> how it is looked up.
_NAMED = {
    "queues": "queue",
    "topics": "topic",
    "channels": "channel",
    "tags": "tag",
    "authors": "author_list",
}


@transaction.atomic
def make_policy(
    *, user: User, name: str, definition: Any, is_enabled: bool = True
) -> Policy:
    """Make a policy, asked after all others, and its first version.

    It holds for clocks that start from now on. Raises NotAllowed, and Invalid with a
    sentence for each path of `definition` at fault.
    """
    require(user, Permission.SET_UP)
    checked = _checked(definition)
    known = _lock_all()
    if len(known) >= MOST_POLICIES:
        most = {"most": MOST_POLICIES}
        raise Invalid(name=_("At most %(most)d policies: retire one first.") % most)
    last = max((one.position for one in known), default=0)
    made = Policy.objects.create(name=name, position=last + 1, is_enabled=is_enabled)
    _keep(made, checked, user)
    _audit("policy_made", made, user, {}, _told(made))
    return made


@transaction.atomic
def change_policy(
    *,
    user: User,
    policy: Policy,
    version: int | None = None,
    definition: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Policy:
    """Change a policy; the change is a version of its own, for clocks from now on.

    A definition may leave out the parts that stay. Clocks that run keep the version
    they started under. `version` is the one the caller has seen. Raises NotAllowed,
    Invalid, StaleVersion.
    """
    require(user, Permission.SET_UP)
    policy = _locked(policy, version)
    kept = policy.versions.get(number=policy.version).definition
    checked = _checked({**kept, **(definition or {})})
    before = _told(policy)
    Policy.objects.filter(pk=policy.pk).update(**fields, version=F("version") + 1)
    policy.refresh_from_db()
    _keep(policy, checked, user)
    _audit("policy_changed", policy, user, before, _told(policy))
    return policy


@transaction.atomic
def order_policies(*, user: User, policies: Sequence[UUID]) -> None:
    """Ask the policies in this order. Raises NotAllowed, and Invalid unless each one
    in use is named once."""
    require(user, Permission.SET_UP)
    known = {one.public_id: one for one in _lock_all()}
    if sorted(policies) != sorted(known):
        raise Invalid(policies=_("Name every policy in use, each once."))
    before = [str(one) for one in known]
    for position, public_id in enumerate(policies, 1):
        Policy.objects.filter(pk=known[public_id].pk).update(position=position)
    audit(
        "policies_ordered",
        who=user,
        before={"policies": before},
        after={"policies": [str(one) for one in policies]},
    )


@transaction.atomic
def retire_policy(*, user: User, policy: Policy, version: int | None = None) -> None:
    """Take a policy out of use; clocks that started under it keep it.

    Raises NotAllowed, StaleVersion.
    """
    require(user, Permission.SET_UP)
    policy = _locked(policy, version)
    if policy.retired_at is None:
        before = _told(policy)
        Policy.objects.filter(pk=policy.pk).update(retired_at=Now(), is_enabled=False)
        _audit("policy_retired", policy, user, before, {})


class Tried(NamedTuple):
    """A ticket that a policy would hold for: promise -> seconds, and when it is due."""

    ticket: UUID
    number: int
    promises: dict[str, tuple[int, datetime | None]]


def try_policy(
    *, user: User, definition: Any, last: int = 100
) -> tuple[int, list[Tried]]:
    """Ask a policy about the last tickets that `user` may see, and change nothing.

    As if it came first, and each ticket had come in under it as it is now: nothing
    held up its clocks. Returns how many were looked at. Raises NotAllowed, Invalid.
    """
    require(user, Permission.SET_UP)
    if not 1 <= last <= MOST_TRIED:
        most = {"most": MOST_TRIED}
        raise Invalid(last=_("Send a number from 1 to %(most)d.") % most)
    checked = _checked(definition)
    tickets = newest_tickets(user, last)
    return len(tickets), list(_tried(checked, tickets))


def _tried(checked: Definition, tickets: Sequence[int]) -> Iterator[Tried]:
    book = read_book().with_first(Held(0, checked))
    found = [one for one in openings(tickets) if one.placed.queue in book.queues]
    pins = [book.choose(one.placed) for one in found]
    asked = [pin._replace(policy=None) for each in pins for pin in each.values()]
    hours = versions(asked)
    for one, chosen in zip(found, pins, strict=True):
        if not any(pin.policy == 0 for pin in chosen.values()):
            continue
        promises: dict[str, tuple[int, datetime | None]] = {}
        for promise, pin in chosen.items():
            target = checked.promises.get(promise) if pin.policy == 0 else None
            if target is None or promise not in one.starts:
                continue
            terms = target.terms(promise, one.placed.priority)
            aim = Aim(one.starts[promise], terms.seconds, terms.warns)
            calendar = hours.hours(pin, terms)
            course = Course(one.starts[promise], None, [aim], (), calendar)
            promises[promise] = terms.seconds, stand(course).due_at
        yield Tried(one.public_id, one.placed.ticket, promises)


def _checked(given: Any) -> Definition:
    """Raises Invalid, also for names that nothing here has."""
    checked = read_definition(given)
    errors: dict[str, str] = {}
    for kind, named in _NAMED.items():
        names = checked.conditions.get(kind, ())
        if names and set(names) - known_names(named, names):
            errors[f"conditions.{kind}"] = _("There is nothing here with this name.")
    if errors:
        raise Invalid(**errors)
    if checked.calendar:
        chosen_calendar(checked.calendar)
    return checked


def _lock_all() -> list[Policy]:
    found = Policy.objects.select_for_update(no_key=True).filter(retired_at=None)
    return list(found.order_by("position", "pk"))


def _locked(policy: Policy, version: int | None) -> Policy:
    policy = Policy.objects.select_for_update(no_key=True).get(pk=policy.pk)
    if version is not None and version != policy.version:
        raise StaleVersion(_("The policy has changed: look at what is new."))
    return policy


def _keep(policy: Policy, checked: Definition, user: User) -> None:
    PolicyVersion.objects.create(
        policy=policy,
        number=policy.version,
        definition=checked.as_data(),
        made_by=user,
    )


def _told(policy: Policy) -> dict[str, Any]:
    return {
        "name": policy.name,
        "is_enabled": policy.is_enabled,
        "version": policy.version,
    }


def _audit(
    what: str, policy: Policy, user: User, before: dict[str, Any], after: dict[str, Any]
) -> None:
    about = f"policy {policy.public_id}"
    audit(what, who=user, about=about, before=before, after=after)
