import signal
import threading
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from conversations.actions.relay import POLL_SECONDS, Relay

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Look for due work five times a second and ring for the workers."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        relay = Relay()
        while not stop.wait(POLL_SECONDS):
            try:
                relay.poll()
            except DatabaseError as error:
                # Away for a moment: the rows are still there when it is back.
                log.warning("database away", error=type(error).__name__)
                stop.wait(1)
            close_old_connections()
