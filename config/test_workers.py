"""Several processes of one test run, each with servers to itself."""

import os

from config import embedded

NAMES = ("DATABASE_URL", "REDIS_URL")
OURS, OF = "EMBEDDED_FOR_TESTS", "SERVERS_OF_TEST_WORKER"


def provide_servers() -> None:
    """Set DATABASE_URL and REDIS_URL to what no other process of this run uses.

    A worker begins with the environment of the process that started it. It gets servers
    of its own, not a database beside others: what is told of the log waits for every
    transaction of a server, so tests beside each other would wait for each other.
    What a worker starts shares its servers. Servers that were given are taken as they
    are; one process at a time should test on them.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if os.environ.get(OF) == worker:
        return
    for name in os.environ.pop(OURS, "").split():
        del os.environ[name]
    missing = [name for name in NAMES if not os.environ.get(name)]
    embedded.provide(f"test-{worker}" if worker else "test")
    os.environ |= {OURS: " ".join(missing), OF: worker}
