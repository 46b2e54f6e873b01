"""A second step at the door: the code of an app, asked for after the password."""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from webcare.actions.audit import audit
from webcare.actions.guesses import count_guess, forget_guesses
from webcare.actions.sessions import end_other_sessions
from webcare.domain.permissions import Permission
from webcare.domain.second_factors import (
    digest_of,
    new_recovery_codes,
    new_secret,
    step_of,
)
from webcare.exceptions import Invalid
from webcare.models import RecoveryCode, SecondFactor, User
from webcare.queries.people import require

WRONG_CODE = gettext_noop("That code is not right, or was used before.")
TOO_MANY = gettext_noop("Too many tries: wait a quarter of an hour.")


def begin(*, user: User, password: str) -> SecondFactor:
    """Draw a secret for an app of `user`; it is asked for once it is confirmed.

    Another that was never confirmed is forgotten. Raises Invalid where the password is
    wrong or a second step is there already.
    """
    _count(user, "password")
    if not user.check_password(password):
        raise Invalid(password=_("That is not your password."))
    forget_guesses(user.username)
    with transaction.atomic():
        SecondFactor.objects.filter(user=user, confirmed_at=None).delete()
        made, is_new = SecondFactor.objects.get_or_create(
            user=user, defaults={"secret": new_secret()}
        )
    if not is_new:
        raise Invalid(password=_("You have a second step already: end it first."))
    return made


def confirm(*, user: User, code: str, session: str | None) -> list[str]:
    """Ask for the codes of this app from now on; returns the recovery codes.

    They are told this once. Who came in elsewhere, without a second step, is signed
    out there: all sessions end but `session`. Raises Invalid for a wrong code.
    """
    _count(user)
    with transaction.atomic():
        waiting = SecondFactor.objects.select_for_update().filter(
            user=user, confirmed_at=None
        )
        factor = waiting.first()
        step = factor and step_of(code, factor.secret, timezone.now())
        if step is None:
            raise Invalid(code=_(WRONG_CODE))
        waiting.update(confirmed_at=Now(), last_step=step)
        end_other_sessions(user=user, key=session)
        audit("second_step_begun", who=user, whom=user)
        codes = _draw_codes(user)
    forget_guesses(user.username)
    return codes


def passes(*, user: User, code: str) -> bool:
    """Whether this code lets `user` in; it never does again.

    It is one of the app's, or a recovery code. Of several who use one at the same
    time one gets in.
    """
    at = timezone.now()
    return _is_of_app(user, code, at) or bool(
        RecoveryCode.objects.filter(
            user=user, digest=digest_of(code), used_at=None
        ).update(used_at=at)
    )


def draw_recovery_codes(*, user: User, code: str) -> list[str]:
    """Return ten new recovery codes, told this once; those before are worth nothing.

    Raises Invalid for a wrong code.
    """
    _require_code(user, code)
    with transaction.atomic():
        return _draw_codes(user)


def end(*, user: User, code: str) -> None:
    """Let the password be enough again. Raises Invalid for a wrong code."""
    _require_code(user, code)
    _end(user, who=user)


def end_for(*, user: User, agent: User) -> None:
    """End somebody's second step, who lost phone and codes; no step, no change.

    Raises NotAllowed; one's own is ended with a code.
    """
    require(user, Permission.SET_UP)
    if user.pk == agent.pk:
        raise Invalid(agent=_("End your own on your page, with a code."))
    _end(agent, who=user)


def _end(user: User, who: User) -> None:
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        gone, _of = SecondFactor.objects.filter(user=user).delete()
        if gone:
            audit("second_step_ended", who=who, whom=user)


def _is_of_app(user: User, code: str, at: datetime) -> bool:
    asked = SecondFactor.objects.filter(user=user, confirmed_at__isnull=False)
    factor = asked.first()
    step = factor and step_of(code, factor.secret, at)
    return step is not None and bool(
        asked.filter(last_step__lt=step).update(last_step=step)
    )


def _require_code(user: User, code: str) -> None:
    _count(user)
    if not passes(user=user, code=code):
        raise Invalid(code=_(WRONG_CODE))
    forget_guesses(user.username)


def _count(user: User, field: str = "code") -> None:
    """What is guessed by somebody who is signed in counts as it does at the door."""
    if count_guess(user.username):
        raise Invalid(**{field: _(TOO_MANY)})


def _draw_codes(user: User) -> list[str]:
    codes = new_recovery_codes()
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=digest_of(code)) for code in codes
    )
    return codes
