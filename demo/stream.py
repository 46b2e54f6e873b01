"""Life at the demo desk: customers speak, agents answer, most of the time."""

import time
from pathlib import Path

from django.utils import timezone

from config import embedded
from demo import organisation
from demo.agents import Agents
from demo.customers import Customers
from demo.history import local_midnight
from demo.rhythm import cues

TICK = 0.5  # seconds
PRESENCE = 30.0  # seconds between signs of life


def ledger() -> Path:
    """Where the demo's platform writes down what was posted."""
    return embedded.private(embedded.var() / "up") / "platform.db"


def run(url: str, *, speed: float) -> None:
    """Keep the desk at `url` alive for ever, `speed` times as fast as life.

    Waits politely for a desk that does not answer yet.
    """
    now = timezone.now()
    customers = Customers(
        url,
        organisation.secrets_of_channels(),
        cues(now, local_midnight(now), speed=speed),
        ledger(),
    )
    agents = Agents(url, organisation.agents_keys())
    present_at = 0.0
    while True:
        if time.monotonic() - present_at > PRESENCE:
            organisation.keep_agents_present()
            present_at = time.monotonic()
        customers.live()
        agents.live()
        time.sleep(TICK)
