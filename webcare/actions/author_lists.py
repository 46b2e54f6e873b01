"""Lists of authors that rules speak of together."""

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from conversations.models import Author
from webcare.actions.audit import audit
from webcare.domain.permissions import Permission
from webcare.exceptions import InUse, taken
from webcare.models import AuthorList, ListedAuthor, User
from webcare.queries.automation import is_asked_for
from webcare.queries.people import require
from webcare.queries.policies import asks_for_list


def make_list(*, user: User, slug: str, name: str) -> AuthorList:
    """Raises NotAllowed, Invalid when the slug is taken."""
    require(user, Permission.SET_UP)
    try:
        with transaction.atomic():
            return AuthorList.objects.create(slug=slug, name=name)
    except IntegrityError as error:
        raise taken("slug") from error


@transaction.atomic
def rename_list(*, user: User, author_list: AuthorList, name: str) -> AuthorList:
    """Raises NotAllowed."""
    require(user, Permission.SET_UP)
    author_list.name = name
    author_list.save(update_fields=["name"])
    return author_list


@transaction.atomic
def remove_list(*, user: User, author_list: AuthorList) -> None:
    """Raises NotAllowed, InUse while a rule or a policy asks for it."""
    require(user, Permission.SET_UP)
    if is_asked_for("author_list", author_list.slug):
        raise InUse(_("A rule asks for this list: change that first."))
    if asks_for_list(author_list):
        raise InUse(gettext("A promise asks for this list: change that first."))
    try:
        author_list.delete()
    except ProtectedError as error:
        raise InUse(_("A rule asks for this list: change that first.")) from error


@transaction.atomic
def list_author(*, user: User, author_list: AuthorList, author: Author) -> None:
    """Put an author on a list; one who is on it stays. Raises NotAllowed."""
    require(user, Permission.SET_UP)
    _, is_new = ListedAuthor.objects.get_or_create(
        author_list=author_list, author=author, defaults={"listed_by": user}
    )
    if is_new:
        _audit("author_listed", user, author_list, author)


@transaction.atomic
def unlist_author(*, user: User, author_list: AuthorList, author: Author) -> None:
    """Take an author off a list; who is not on it is no error. Raises NotAllowed."""
    require(user, Permission.SET_UP)
    gone, _ = ListedAuthor.objects.filter(
        author_list=author_list, author=author
    ).delete()
    if gone:
        _audit("author_unlisted", user, author_list, author)


def _audit(what: str, user: User, author_list: AuthorList, author: Author) -> None:
    about = f"{author_list.slug} {author.public_id}"
    audit(what, who=user, about=about)
