import time
from typing import Any

from django.core.management.base import BaseCommand

from webcare.actions import search


class Command(BaseCommand):
    help = "Make the search index anew, in batches, while everything goes on."

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        for done in search.rebuild():
            spent = time.monotonic() - began
            self.stdout.write(f"{done:,} tickets, {done / spent:,.0f} a second")
