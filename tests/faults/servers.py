"""A PostgreSQL and a Redis of the rig's own, whatever the environment names."""

import os
import signal
from pathlib import Path

import psycopg
import redis as redis_client

from config.embedded import postgres, redis, users


class Servers:
    """Both servers in one folder; each comes back by itself when it is killed.

    DATABASE_URL and REDIS_URL are neither read nor set: what is killed here was
    started here.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._postgres = folder / "postgres"
        self._redis = folder / "redis"

    def start(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.postgres_url = postgres.start(self._postgres, "webcare")
        self.redis_url = redis.start(self._redis, 0)

    def stop(self) -> None:
        users.release({self._postgres, self._redis})

    def look(self) -> None:
        """Give a new keeper to a server whose keeper is gone."""
        users.look()

    def database_url(self, name: str) -> str:
        return self.postgres_url.replace("@/webcare?", f"@/{name}?")

    def make_database(self, name: str, template: str = "template1") -> str:
        """Make an empty database, or a copy of another; returns its address."""
        with psycopg.connect(self.database_url("postgres"), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.database_url(name)

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self.database_url("postgres"), autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def redis(self) -> "redis_client.Redis":
        return redis_client.Redis.from_url(self.redis_url.split("?")[0])

    def redis_pid(self) -> int:
        return int(self.redis().info("server")["process_id"])

    def postmaster_pid(self) -> int:
        lines = (self._postgres / "data" / "postmaster.pid").read_text().splitlines()
        return int(lines[0])

    def backend_pids(self, database: str) -> list[int]:
        """The processes that serve clients of `database`, our own one left out."""
        with psycopg.connect(self.database_url("postgres"), autocommit=True) as server:
            rows = server.execute(
                "SELECT pid FROM pg_stat_activity"
                " WHERE datname = %s AND backend_type = 'client backend'",
                [database],
            ).fetchall()
        return [pid for [pid] in rows]


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    """Send a signal to one process that the rig started."""
    os.kill(pid, number)
