"""A desk begins: named, open, listening for words, with its first administrator."""

from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from conversations.models import Channel
from webcare.actions.audit import audit
from webcare.actions.calendars import check_definition, make_calendar
from webcare.actions.sessions import note_session
from webcare.actions.teaching import add_rule, make_topic
from webcare.domain.beginnings import (
    LANGUAGES,
    LONGEST_NAME,
    LONGEST_WORDS,
    MOST_WORDS,
    Beginning,
    kind_of,
)
from webcare.domain.permissions import Role
from webcare.domain.topics.rules import is_searchable
from webcare.exceptions import InUse, Invalid
from webcare.models import DeskSetting, Membership, User

_LOCK = 7_206_002  # any number that nothing else locks
_BACKEND = "django.contrib.auth.backends.ModelBackend"


@transaction.atomic
def begin_desk(beginning: Beginning) -> User:
    """Begin a desk in a database that has none, and return its administrator.

    All of it is there when this returns, or nothing. The browser of `session` is
    signed in. Raises Invalid, and InUse where there is a desk already.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    if any(model.objects.exists() for model in (DeskSetting, Channel, Membership)):
        raise InUse(_("There is a desk in this database already."))
    check_beginning(beginning)
    DeskSetting.objects.create(name=beginning.name, language=beginning.language)
    admin = _first_administrator(beginning)
    with translation.override(beginning.language or settings.LANGUAGE_CODE):
        _open(admin, beginning)
        _listen(admin, beginning.words)
    if beginning.session:
        _sign_in(admin, beginning)
    return admin


def check_beginning(beginning: Beginning, password: str | None = None) -> None:
    """Check all that was said, and `password` itself where it is known.

    Raises Invalid with a sentence for each field at fault.
    """
    errors = {
        "name": _wrong_name(beginning.name),
        "language": "" if beginning.language in ("", *LANGUAGES) else _("Unknown."),
        "username": _wrong_username(beginning.username),
        "words": _wrong_words(beginning.words),
        "password": _wrong_password(beginning, password),
    }
    errors |= _wrong_hours(beginning)
    if found := {name: text for name, text in errors.items() if text}:
        raise Invalid(**found)


def _wrong_name(name: str) -> str:
    if not name.strip():
        return _("A desk needs a name.")
    return _("This is too long.") if len(name) > LONGEST_NAME else ""


def _wrong_username(username: str) -> str:
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError as error:
        return " ".join(error.messages)
    return _("This is too long.") if len(username) > 150 else ""


def _wrong_words(words: tuple[str, ...]) -> str:
    if len(words) > MOST_WORDS:
        return _("At most %(most)d lines.") % {"most": MOST_WORDS}
    for one in words:
        if len(one) > LONGEST_WORDS or not is_searchable(one):
            return _("This cannot be found in a text: %s") % one[:LONGEST_NAME]
    return ""


def _wrong_password(beginning: Beginning, password: str | None) -> str:
    if password is None:
        return ""
    try:
        validate_password(password, User(username=beginning.username))
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _wrong_hours(beginning: Beginning) -> dict[str, str]:
    # A desk without hours still has a zone; any hours will do to look at that.
    always = {"monday": [{"from": "00:00", "until": "24:00"}]}
    week = beginning.week or always
    try:
        check_definition({"time_zone": beginning.time_zone, "week": week})
    except Invalid as error:
        return {name: " ".join(texts) for name, texts in error.errors.items()}
    return {}


def _first_administrator(beginning: Beginning) -> User:
    """Nobody could have given them their role: the audit has it from nobody."""
    admin = User.objects.create(
        username=beginning.username,
        password=beginning.password,
        first_name=beginning.first_name,
        last_name=beginning.last_name,
        language=beginning.language,
    )
    Membership.objects.create(user=admin, queue=None, role=Role.ADMIN)
    audit("desk_begun", who=None, about="desk", after={"name": beginning.name})
    role = {"role": Role.ADMIN.value}
    audit("role_given", who=None, whom=admin, about="all queues", after=role)
    return admin


def _open(admin: User, beginning: Beginning) -> None:
    if not beginning.week:
        return
    make_calendar(
        user=admin,
        slug="opening-hours",
        name=_("Opening hours"),
        definition={"time_zone": beginning.time_zone, "week": beginning.week},
        is_default=True,
    )


def _listen(admin: User, words: tuple[str, ...]) -> None:
    """What they listen for is about them; they part it into topics once they know."""
    if not words:
        return
    topic = make_topic(user=admin, slug="about-us", name="About us", name_nl="Over ons")
    for one in words:
        add_rule(user=admin, topic=topic, kind=kind_of(one), pattern=one)


def _sign_in(admin: User, beginning: Beginning) -> None:
    said: dict[str, Any] = {
        auth.SESSION_KEY: str(admin.pk),
        auth.BACKEND_SESSION_KEY: _BACKEND,
        auth.HASH_SESSION_KEY: admin.get_session_auth_hash(),
    }
    until = SessionStore().get_expiry_date()
    Session.objects.save(beginning.session, said, until)
    note_session(user=admin, key=beginning.session, device=beginning.device)
