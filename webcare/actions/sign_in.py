"""Who comes in: a name and a password, and a code where somebody asks for one."""

from django.contrib.auth import authenticate

from webcare.actions import second_factors
from webcare.actions.guesses import count_guess, forget_guesses
from webcare.exceptions import SignInRefused
from webcare.models import User
from webcare.queries.second_factors import asks_code


def sign_in(*, account: str, password: str, address: str) -> User:
    """Return the user whom this name and password belong to.

    Where `asks_code` says so, they are not in yet: `sign_in_with_code` is next. Every
    attempt is counted, per account and per network, before the password is looked at,
    so that guesses made at the same time count too; success forgets those of the
    account. A refusal says and takes the same whatever its cause: a wrong name, a
    wrong password, or too many attempts. Raises SignInRefused.
    """
    too_many = count_guess(account, address)
    user = authenticate(username=account, password=password)
    if too_many or not isinstance(user, User):
        raise SignInRefused
    if not asks_code(user):  # else who knows a password could guess codes for ever
        forget_guesses(account)
    return user


def sign_in_with_code(*, user: User, code: str, address: str) -> None:
    """Let in somebody whose password was right, by a code of theirs.

    Counted as passwords are. Raises SignInRefused.
    """
    too_many = count_guess(user.username, address)
    if too_many or not second_factors.passes(user=user, code=code):
        raise SignInRefused
    forget_guesses(user.username)
