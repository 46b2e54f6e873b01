"""Named places at which a test may kill this process; anywhere else they are nothing.

Random kills find surprises, named ones give coverage. CRASH_AT says where, and at which
crossing of it counted from the start of the process: `work.claimed` or
`work.claimed:3`. Set for the fault tests alone, never in production.
"""

import os
import signal

_name, _, _crossing = os.environ.get("CRASH_AT", "").partition(":")
_left = int(_crossing or 1)


def crossing(name: str) -> None:
    """Pass this place, or end here as if by `kill -9`."""
    if name == _name:
        _count()


def _count() -> None:
    global _left
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
