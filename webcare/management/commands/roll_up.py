import math
import time
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webcare.actions import roll_checks, roll_removal, rolls_due

MOST_DAYS = 31  # whole months


class Command(BaseCommand):
    help = "Add up the days that reports are made of, until none is due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--again",
            action="store_true",
            help="throw away what was added up; midnights of the backlog are kept",
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="say which days, made again, are others than those that are kept",
        )

    def handle(
        self, *args: Any, again: bool, check: bool = False, **options: Any
    ) -> None:
        began = time.monotonic()
        if check:
            self._check()
            return
        if again:
            roll_removal.forget_all()
        made = 0
        # Who waits for it wants the months at once, and what is quickest altogether.
        while done := rolls_due.roll_up_due(
            seconds=math.inf, peace=timedelta(0), at_once=MOST_DAYS
        ):
            made += done
        self.stdout.write(f"{made:,} in {time.monotonic() - began:,.1f} s")

    def _check(self) -> None:
        found = roll_checks.check_all()
        for one in found.differing:
            self.stdout.write(f"{one.measure} {one.view} {one.grain} {one.start}")
        if found.differing:
            raise CommandError(f"{len(found.differing):,} of {found.rolls:,} differ")
        self.stdout.write(f"{found.rolls:,} made again, all the same")
