"""One address of a service, in the forms that its different clients want."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from psycopg.conninfo import conninfo_to_dict


def database(url: str) -> dict[str, Any]:
    """Return Django's settings for the PostgreSQL at `url`.

    `url` is anything libpq takes: `postgresql://user@host/name`, or one with
    `?host=/run/postgresql` for a socket. The pool keeps connections warm per process.
    """
    parts = conninfo_to_dict(url)
    known = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    settings: dict[str, Any] = {
        "ENGINE": "config.postgresql",
        "NAME": parts.pop("dbname", ""),
    }
    for libpq_name, django_name in known.items():
        settings[django_name] = str(parts.pop(libpq_name, "") or "")
    return settings | {"OPTIONS": dict(parts)}


def broker(url: str) -> str:
    """Return `url` as kombu wants it: its word for a Redis socket is its own."""
    if not url.startswith("unix://"):
        return url
    parts = urlsplit(url)
    number = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={number}"
