"""Who works here, and what they may do. Nobody raises themselves; each change of
rights is audited, and ends the sessions and tokens that had more."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conversations.models.bulk import fetch, ids
from webcare.actions.audit import audit
from webcare.actions.returns import give_back
from webcare.domain.permissions import (
    GIVEN_BY_LEADS,
    Permission,
    Role,
    is_less,
    roles_with,
)
from webcare.exceptions import Invalid, NotAllowed, taken
from webcare.models import ApiToken, Membership, Queue, User, UserLanguage, UserSkill
from webcare.queries.desk import desk_named
from webcare.queries.people import may, require
from webcare.queries.skills import skills_named

OWN_RIGHTS = gettext_noop("Somebody else has to change your own rights.")
PLAIN = ("first_name", "last_name", "email", "initials", "language", "capacity")

Levels = Mapping[str, int]  # a language, or a skill's slug -> how well


@transaction.atomic
def make_agent(
    *,
    user: User,
    username: str,
    languages: Levels | None = None,
    skills: Levels | None = None,
    **fields: Any,
) -> User:
    """Add somebody, who has no role and cannot sign in yet.

    Raises NotAllowed, Invalid.
    """
    require(user, Permission.SET_UP)
    fields.setdefault("language", desk_named().language)
    try:
        with transaction.atomic():
            made = User.objects.create_user(username, **fields)
    except IntegrityError as error:
        raise taken("username") from error
    _write_levels(made, languages, skills)
    audit("person_made", who=user, whom=made, after={"is_external": made.is_external})
    return made


@transaction.atomic
def change_agent(
    *,
    user: User,
    agent: User,
    languages: Levels | None = None,
    skills: Levels | None = None,
    is_external: bool | None = None,
    is_active: bool | None = None,
    needs_approval: bool | None = None,
    **fields: Any,
) -> User:
    """Change what is known of somebody, and whether they may enter at all.

    Who leaves keeps nothing: sessions and tokens end, and their work returns to its
    queues. Raises NotAllowed, also for one's own rights, and Invalid.
    """
    require(user, Permission.SET_UP)
    agent = User.objects.select_for_update().get(pk=agent.pk)
    if fields:
        User.objects.filter(pk=agent.pk).update(**fields)
    _write_levels(agent, languages, skills)
    if is_external is not None and is_external != agent.is_external:
        _make_external(user, agent, is_external)
    if is_active is not None and is_active != agent.is_active:
        _let_in(user, agent, is_active)
    if needs_approval is not None and needs_approval != agent.needs_approval:
        _ask_approval(user, agent, needs_approval)
    return User.objects.get(pk=agent.pk)


@transaction.atomic
def give_role(
    *,
    user: User,
    agent: User,
    queue: Queue | None,
    role: Role,
    weight: int = 1,
) -> Membership:
    """Give somebody a role in a queue, or in all where `queue` is None.

    It takes the place of the one they had there. Given by who sets the desk up; in a
    queue of their own a lead gives and takes the roles of agents, specialists and
    listeners. Nobody changes their own. Raises NotAllowed, Invalid.
    """
    held = _held(user, agent, queue, role)
    before = {"role": held.role, "weight": held.weight} if held else {}
    if queue is None and agent.is_external:
        raise Invalid(role=_("Who works for somebody else has a role in queues only."))
    made, _made = Membership.objects.update_or_create(
        user=agent, queue=queue, defaults={"role": role, "weight": weight}
    )
    after = {"role": made.role, "weight": made.weight}
    if before != after:
        audit(
            "role_given",
            who=user,
            whom=agent,
            about=_place(queue),
            before=before,
            after=after,
        )
    if held and is_less(role, than=held.role):
        _take_away(user, agent, queue)
    return made


@transaction.atomic
def take_role(*, user: User, agent: User, queue: Queue | None) -> None:
    """Take the role somebody has there, with what they work on there.

    Taking none is no change. Raises NotAllowed, as `give_role` does.
    """
    held = _held(user, agent, queue, None)
    if held is None:
        return
    before = {"role": held.role, "weight": held.weight}
    held.delete()
    audit("role_taken", who=user, whom=agent, about=_place(queue), before=before)
    _take_away(user, agent, queue)


def end_access(agent: User) -> None:
    """End every session and token of somebody: they sign in anew, with what is left."""
    User.objects.filter(pk=agent.pk).update(access_version=F("access_version") + 1)
    ApiToken.objects.filter(user=agent, revoked_at=None).update(revoked_at=Now())


def _held(
    user: User, agent: User, queue: Queue | None, role: Role | None
) -> Membership | None:
    """The role that `agent` has there, held still. Raises NotAllowed."""
    if agent.pk == user.pk:
        raise NotAllowed(_(OWN_RIGHTS))
    # One change of somebody's rights at a time.
    User.objects.select_for_update().get(pk=agent.pk)
    held = Membership.objects.filter(user=agent, queue=queue).first()
    touched = {one for one in (role, held and held.role) if one}
    if not may(user, Permission.SET_UP):
        if queue is None or not touched <= GIVEN_BY_LEADS:
            raise NotAllowed(permission=Permission.SET_UP.value)
        require(user, Permission.MANAGE_MEMBERS, queue.pk)
    return held


def _take_away(user: User, agent: User, queue: Queue | None) -> None:
    """Rights became fewer: what was opened with them is closed, and work returned."""
    end_access(agent)
    lost = fetch(
        """SELECT k.id FROM webcare_ticket k
            WHERE k.agent_id = %(agent)s
              AND k.status IN ('open', 'pending', 'on_hold', 'snoozed')
              AND (%(queue)s::bigint IS NULL OR k.queue_id = %(queue)s::bigint)
              AND NOT EXISTS (
                  SELECT FROM webcare_membership m
                   WHERE m.user_id = %(agent)s AND m.role = ANY(%(works)s)
                     AND (m.queue_id IS NULL OR m.queue_id = k.queue_id))
            ORDER BY k.id FOR NO KEY UPDATE OF k""",
        {
            "agent": agent.pk,
            "queue": queue and queue.pk,
            "works": roles_with(Permission.WORK_TICKETS),
        },
    )
    give_back(ids(lost), actor=user, cause="person", why={"by": "rights"})


def _make_external(user: User, agent: User, is_external: bool) -> None:
    """Raises Invalid for who has a role in all queues."""
    if agent.pk == user.pk:
        raise NotAllowed(_(OWN_RIGHTS))
    if is_external and agent.memberships.filter(queue=None).exists():
        raise Invalid(
            is_external=_("Take their role in all queues first: it would see too much.")
        )
    User.objects.filter(pk=agent.pk).update(is_external=is_external)
    audit(
        "external_changed",
        who=user,
        whom=agent,
        before={"is_external": agent.is_external},
        after={"is_external": is_external},
    )
    if is_external:
        end_access(agent)


def _ask_approval(user: User, agent: User, needs_approval: bool) -> None:
    """Whether a colleague reads what they write: nobody says so of themselves."""
    if agent.pk == user.pk:
        raise NotAllowed(_(OWN_RIGHTS))
    User.objects.filter(pk=agent.pk).update(needs_approval=needs_approval)
    audit(
        "approval_changed",
        who=user,
        whom=agent,
        before={"needs_approval": agent.needs_approval},
        after={"needs_approval": needs_approval},
    )


def _let_in(user: User, agent: User, is_active: bool) -> None:
    if agent.pk == user.pk:
        raise NotAllowed(_(OWN_RIGHTS))
    User.objects.filter(pk=agent.pk).update(is_active=is_active)
    what = "activated" if is_active else "deactivated"
    audit(what, who=user, whom=agent, before={"is_active": agent.is_active})
    if is_active:
        return
    end_access(agent)
    held = fetch(
        """SELECT id FROM webcare_ticket WHERE agent_id = %s
              AND status IN ('open', 'pending', 'on_hold', 'snoozed')
            ORDER BY id FOR NO KEY UPDATE""",
        [agent.pk],
    )
    give_back(ids(held), actor=user, cause="person", why={"by": "deactivated"})


def _write_levels(agent: User, languages: Levels | None, skills: Levels | None) -> None:
    if languages is not None:
        UserLanguage.objects.filter(user=agent).delete()
        UserLanguage.objects.bulk_create(
            UserLanguage(user=agent, language=language, level=level)
            for language, level in languages.items()
        )
    if skills is not None:
        found = skills_named(list(skills))
        UserSkill.objects.filter(user=agent).delete()
        UserSkill.objects.bulk_create(
            UserSkill(user=agent, skill=skill, level=skills[skill.slug])
            for skill in found
        )


def _place(queue: Queue | None) -> str:
    return f"queue:{queue.slug}" if queue else "all queues"
