"""The desk's tags, by the names that clients know."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from webcare.exceptions import Invalid, NotFound
from webcare.models import Tag, User
from webcare.queries.sight import known_tags

Colour = Tag.Colour


def tags() -> QuerySet[Tag]:
    return Tag.objects.order_by("slug")


def tags_for(user: User) -> QuerySet[Tag]:
    """Return the tags that `user` may know of."""
    known = known_tags(user)
    return tags() if known is None else tags().filter(pk__in=known)


def tag_named(slug: str, among: QuerySet[Tag] | None = None) -> Tag:
    """Raises NotFound."""
    found = (tags() if among is None else among).filter(slug=slug).first()
    if found is None:
        raise NotFound(_("There is no such tag."))
    return found


def chosen_tags(user: User, slugs: Sequence[str], field: str) -> list[Tag]:
    """The tags that a request of `user` names in `field`. Raises Invalid."""
    found = list(tags_for(user).filter(slug__in=slugs)) if slugs else []
    unknown = sorted({*slugs} - {tag.slug for tag in found})
    if unknown:
        sentence = _("There is no such tag: %s.") % ", ".join(unknown)
        raise Invalid(**{field: sentence})
    return found
