"""Skills, and who or what has them."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from webcare.exceptions import Invalid, NotFound
from webcare.models import Skill


def skills() -> QuerySet[Skill]:
    return Skill.objects.order_by("slug")


def skill_named(slug: str) -> Skill:
    """Raises NotFound."""
    found = Skill.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such skill.")
    return found


def skills_named(slugs: Sequence[str]) -> list[Skill]:
    """The skills that a request names. Raises Invalid."""
    found = list(Skill.objects.filter(slug__in=slugs))
    if missing := set(slugs) - {one.slug for one in found}:
        raise Invalid(
            skills=_("There is no skill called %(name)s.") % {"name": min(missing)}
        )
    return found
