import os
import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo import organisation, stream


class Command(BaseCommand):
    help = "Let the customers of the demo speak and its agents answer, until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        port = os.environ.get("PORT") or "8000"
        url = os.environ.get("WEBCARE_URL") or f"http://127.0.0.1:{port}"
        parser.add_argument("--url", default=url)
        parser.add_argument("--speed", type=float, default=30.0, help="times life's")

    def handle(self, *args: Any, **given: Any) -> None:
        # It holds nothing that could be half done: it may end wherever it is.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: sys.exit(0))
        if not organisation.secrets_of_channels():
            raise CommandError("There is no demo desk here: manage.py demo makes one.")
        stream.run(given["url"], speed=given["speed"])
