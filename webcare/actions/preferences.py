from webcare.models import User


def choose_language(*, user: User, language: str) -> None:
    """Keep the language in which `user` reads the desk."""
    User.objects.filter(pk=user.pk).update(language=language)
