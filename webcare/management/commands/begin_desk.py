import getpass
import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError

from webcare.actions.beginnings import begin_desk, check_beginning
from webcare.domain.beginnings import LANGUAGES, Beginning, beginning_of
from webcare.exceptions import InUse, Invalid


class Command(BaseCommand):
    help = "Begin a desk in an empty database: its name and its first administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", default="", help="of the desk")
        parser.add_argument("--username", default="", help="to sign in with")
        parser.add_argument("--language", default="nl", choices=LANGUAGES)
        parser.add_argument("--json", action="store_true", help="all of it on stdin")

    def handle(self, *args: Any, **given: Any) -> None:
        try:
            begin_desk(_read() if given["json"] else _asked(given))
        except Invalid as error:
            said = [f"{one}: {' '.join(texts)}" for one, texts in error.errors.items()]
            raise CommandError("\n".join(said)) from error
        except InUse as error:
            raise CommandError(error.detail) from error
        self.stdout.write("The desk is there: sign in, and the set-up says the rest.")


def _read() -> Beginning:
    """The password comes as a hash: nobody sees it on the way."""
    return beginning_of(json.loads(sys.stdin.read()))


def _asked(given: dict[str, Any]) -> Beginning:
    known = {name: given[name] for name in ("name", "username", "language")}
    beginning = Beginning(password="", **known)
    check_beginning(beginning)
    password = getpass.getpass("Password: ")
    check_beginning(beginning, password)
    if getpass.getpass("Once more: ") != password:
        raise CommandError("These are not the same.")
    return Beginning(password=make_password(password), **known)
