import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo import organisation
from demo.platform import Platform
from demo.stream import ledger


class Command(BaseCommand):
    help = "Run the platforms that the demo desk talks to, until stopped."

    def handle(self, *args: Any, **given: Any) -> None:
        stop = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        secrets = organisation.secrets_of_channels()
        if not secrets:
            raise CommandError("There is no demo desk here: manage.py demo makes one.")
        with Platform(ledger(), sorted(set(secrets.values()))) as platform:
            organisation.answer_at(platform.callback_url)
            stop.wait()
