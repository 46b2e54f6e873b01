import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo.organisation import Desk, NotEmpty, make_demo


class Command(BaseCommand):
    help = "Make the demo desk, unless it is there, and print what opens it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **given: Any) -> None:
        try:
            desk = make_demo()
        except NotEmpty as error:
            raise CommandError(str(error)) from error
        text = json.dumps(desk._asdict(), indent=2) if given["json"] else _told(desk)
        self.stdout.write(text)


def _told(desk: Desk) -> str:
    channels = ", ".join(f"{one['slug']} ({one['mode']})" for one in desk.channels)
    login = desk.login
    return (
        f"Sign in as {login['username']} with {login['password']}\n"
        f"Token {desk.token}\nChannels {channels}"
    )
