from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from webcare.actions import clocks
from webcare.models import Ticket

BATCH = 500


class Command(BaseCommand):
    help = "Compare what clocks say with what the log says of them, and name those that"
    help += " differ. With --repair they say it again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true")
        parser.add_argument("--all", action="store_true", help="Not only live tickets.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = Ticket.objects.all() if options["all"] else Ticket.objects.live()
        ids = found.order_by("pk").values_list("pk", flat=True).iterator(BATCH)
        count = 0
        while batch := list(islice(ids, BATCH)):
            differ = clocks.unlike_their_log(batch)
            count += len(differ)
            for old, new in differ:
                self.stdout.write(f"#{old.ticket} {old.promise}: {_said(old, new)}")
            if options["repair"] and differ:
                clocks.repair(sorted({old.ticket for old, _ in differ}))
        done = "repaired" if options["repair"] else "differ from their log"
        self.stdout.write(f"{count} clocks {done}")


def _said(old: Any, new: Any) -> str:
    return ", ".join(
        f"{name} is {getattr(old, name)}, the log says {getattr(new, name)}"
        for name in old._fields
        if getattr(old, name) != getattr(new, name)
    )
