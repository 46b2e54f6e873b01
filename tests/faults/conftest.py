"""Desks to hurt: made from one template, each on a database of its own."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.faults.desk import Desk, open_desk
from tests.faults.servers import Servers

TEMPLATE = "template_desk"
_numbers = count(1)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Redis that nobody else uses, gone when the session ends."""
    folder = Path(tempfile.mkdtemp(prefix="wc-faults-"))
    servers = Servers(folder)
    servers.start()
    yield servers
    servers.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def access(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make the template; returns what opens every desk made from it, as JSON."""
    servers.make_database(TEMPLATE)
    folder = tmp_path_factory.mktemp("template")
    desk = Desk(servers=servers, database=TEMPLATE, folder=folder)
    return desk.prepare()


@pytest.fixture
def make_desk(
    servers: Servers, access: str, tmp_path: Path
) -> Iterator[Callable[..., Desk]]:
    """Make a desk, not yet running; it is stopped and its database dropped after."""
    made: list[Desk] = []

    def make(**options: Any) -> Desk:
        servers.redis().flushall()
        database = f"desk_{next(_numbers)}"
        servers.make_database(database, TEMPLATE)
        folder = tmp_path / database
        folder.mkdir()
        desk = Desk(servers=servers, database=database, folder=folder, **options)
        made.append(desk)
        return open_desk(desk, access)

    yield make
    for desk in made:
        desk.stop()
        servers.drop_database(desk.database)


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """A whole desk, running."""
    desk = make_desk()
    desk.start()
    return desk


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Print a line of figures, whether or not output is captured."""
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    return lambda text: terminal.write_line(text) if terminal else None
