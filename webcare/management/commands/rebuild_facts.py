import time
from typing import Any

from django.core.management.base import BaseCommand

from webcare.actions import facts


class Command(BaseCommand):
    help = "Make the facts that figures are of anew from the log, in batches."

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        tickets = mended = alone = 0
        for done in facts.rebuild():
            tickets += done.tickets
            mended += done.mended
            alone += done.left_alone
        spent = time.monotonic() - began
        self.stdout.write(
            f"{tickets:,} tickets in {spent:,.1f} s: {mended:,} rows were not what the "
            f"log says, and are now; {alone:,} tickets are older than the facts, and "
            "were left as they are"
        )
