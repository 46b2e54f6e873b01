from webcare.exceptions import Invalid
from webcare.models import User


def choose_language(*, user: User, language: str, known: set[str]) -> None:
    """Keep the language in which `user` reads the desk. Raises Invalid."""
    if language not in known:
        raise Invalid(language="Choose one of the languages shown.")
    User.objects.filter(pk=user.pk).update(language=language)
