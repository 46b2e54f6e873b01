import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config import desks
from demo.organisation import Desk, NotEmpty, make_demo
from demo.stream import ledger


class Command(BaseCommand):
    help = "Make the demo desk, unless it is there, and print what opens it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument(
            "--unless-own",
            action="store_true",
            help="where somebody's own desk is, leave it alone and print {}",
        )
        parser.add_argument(
            "--drop",
            action="store_true",
            help="after it was left: take the demo and all that was said there away",
        )

    def handle(self, *args: Any, **given: Any) -> None:
        if given["drop"]:
            return self._drop()
        try:
            desk = make_demo()
        except NotEmpty as error:
            if given["unless_own"]:
                return self.stdout.write("{}")
            raise CommandError(str(error)) from error
        text = json.dumps(desk._asdict(), indent=2) if given["json"] else _told(desk)
        self.stdout.write(text)

    def _drop(self) -> None:
        """Take the demo's database away, once it is nobody's desk any more."""
        own = desks.own()
        if own is None or settings.DATABASES["default"]["NAME"] != own.database:
            raise CommandError("The demo was not left here, so it stays.")
        connection.ensure_connection()
        with connection.cursor() as cursor:
            used = "SELECT FROM pg_stat_activity WHERE datname = %s"
            cursor.execute(used, [desks.DEMO])
            if cursor.rowcount:
                raise CommandError("The demo is being used: stop `make up` first.")
            cursor.execute(f'DROP DATABASE IF EXISTS "{desks.DEMO}"')
        ledger().unlink(missing_ok=True)
        self.stdout.write("The demo is gone; `make up ARGS=--demo` would make it anew.")


def _told(desk: Desk) -> str:
    channels = ", ".join(f"{one['slug']} ({one['mode']})" for one in desk.channels)
    login = desk.login
    return (
        f"Sign in as {login['username']} with {login['password']}\n"
        f"Token {desk.token}\nChannels {channels}"
    )
