"""How the stand-in platform misbehaves, and how often."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """Ways to misbehave. The first three have posted the text all the same."""

    ACCEPT_THEN_500 = "accept-then-500"
    ACCEPT_THEN_RESET = "accept-then-reset"
    ACCEPT_THEN_HANG = "accept-then-hang"
    ERROR = "error"  # 500, and nothing was posted
    RESET = "reset"  # the line is cut, and nothing was posted
    LATER = "later"  # 429 with Retry-After
    REFUSE = "refuse"  # 422
    REVOKED = "revoked"  # 401
    SLOW = "slow"  # posted and answered well, but after a while


# What is answered when nothing is posted; a reset answers nothing.
REFUSALS = {
    Fault.ERROR: (500, "Something broke before posting."),
    Fault.LATER: (429, "Too many posts."),
    Fault.REFUSE: (422, "This may not be posted here."),
    Fault.REVOKED: (401, "This secret was revoked."),
}


@dataclass(frozen=True, slots=True)
class Faults:
    """The share of calls (0 to 1) each fault hits. Which calls those are depends on
    the seed, the delivery and the try only, never on timing."""

    shares: Mapping[Fault, float] = field(default_factory=dict)
    seed: int = 0

    def of(self, delivery_id: str, tries: int) -> Fault | None:
        """What goes wrong with this try, if anything."""
        # A share of calls, not a secret.
        drawn = random.Random(f"{self.seed}:{delivery_id}:{tries}").random()  # noqa: S311
        for fault, share in self.shares.items():
            drawn -= share
            if drawn < 0:
                return fault
        return None
