"""What topics and queues can ask of people: made, renamed, asked for."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from conversations.models import Channel
from webcare.domain.permissions import Permission
from webcare.exceptions import taken
from webcare.models import ChannelLoad, Queue, RequiredSkill, Skill, Topic, User
from webcare.queries.people import require
from webcare.queries.skills import skills_named


@transaction.atomic
def make_skill(*, user: User, slug: str, name: str) -> Skill:
    """Raises NotAllowed, Invalid."""
    require(user, Permission.SET_UP)
    try:
        with transaction.atomic():
            return Skill.objects.create(slug=slug, name=name)
    except IntegrityError as error:
        raise taken("slug") from error


@transaction.atomic
def rename_skill(*, user: User, skill: Skill, name: str) -> Skill:
    """Raises NotAllowed."""
    require(user, Permission.SET_UP)
    Skill.objects.filter(pk=skill.pk).update(name=name)
    skill.refresh_from_db()
    return skill


@transaction.atomic
def drop_skill(*, user: User, skill: Skill) -> None:
    """Nobody has it any more, and nothing asks for it. Raises NotAllowed."""
    require(user, Permission.SET_UP)
    skill.delete()


@transaction.atomic
def require_skills(
    *, user: User, skills: Mapping[str, int], **of: Topic | Queue
) -> None:
    """Say what `topic` or `queue` asks of who answers; what is left out is not asked.

    Raises NotAllowed, Invalid.
    """
    require(user, Permission.SET_UP)
    found = skills_named(list(skills))
    key: dict[str, Any] = dict(of)
    RequiredSkill.objects.filter(**key).delete()
    RequiredSkill.objects.bulk_create(
        RequiredSkill(skill=skill, level=skills[skill.slug], **key) for skill in found
    )


@transaction.atomic
def weigh_channel(*, user: User, channel: Channel, weight: Decimal) -> None:
    """Say how much of somebody's capacity a ticket of `channel` takes.

    Raises NotAllowed.
    """
    require(user, Permission.SET_UP)
    ChannelLoad.objects.update_or_create(channel=channel, defaults={"weight": weight})
