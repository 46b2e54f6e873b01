"""`manage.py up`: a whole Webcare on this machine until Ctrl-C.

It has a demo desk, until somebody leaves that for a desk of their own.
"""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from config import desks, embedded, leaving, local, running
from config.embedded import keeper, postgres, users
from config.running import Failed, manage, say, step

Pages = tuple[subprocess.Popen[str] | None, str]  # being collected, and their digest
HOW_IT_FAILS = (Failed, embedded.Unavailable, users.GaveUp, desks.Unreadable)


def up(*arguments: str) -> int:
    """Run until told to stop; return 0, or 1 when it could not run.

    With `--demo` it is the demo this time, though it was left before.
    """
    if set(arguments) - {"--demo"}:
        say("manage.py up [--demo]")
        return 1
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    ready = embedded.var() / "demo.json"
    if keeper.take_now(desks.home() / "up.lock") is None:
        say(f"Webcare runs here already; {ready} says where.")
        return 1
    ready.unlink(missing_ok=True)
    try:
        _run(ready, demo_again="--demo" in arguments)
    except KeyboardInterrupt:
        say("\nStopping …")
    except HOW_IT_FAILS as error:
        say(f"\n{error}")
        return 1
    finally:
        _stop(ready)
    return 0


def _run(ready: Path, *, demo_again: bool) -> None:
    parent = os.getppid()
    is_ours = not os.environ.get("DATABASE_URL")
    has_choice = is_ours and not os.environ.get("REDIS_URL")
    own = None if demo_again or not is_ours else desks.own()
    _set_environment()
    with step("Starting PostgreSQL and Redis"):
        local.provide_for(own)
    left = _go_on_leaving() if has_choice else None
    while True:
        may_leave = has_choice and desks.own() is None
        _come_up(ready, left or own, is_new=bool(left), may_leave=may_leave)
        left = _watch(parent, may_leave=may_leave)
        if left is None:
            return
        ready.unlink(missing_ok=True)


def _go_on_leaving() -> desks.OwnDesk | None:
    """Finish leaving the demo where that was interrupted; the demo need not start."""
    wanted = None if desks.own() else leaving.asked()
    if wanted and leaving.leave(wanted):
        return wanted.desk
    if wanted is None:
        leaving.forget()
    return None


def _come_up(
    ready: Path, own: desks.OwnDesk | None, *, is_new: bool, may_leave: bool
) -> None:
    """Start a desk, and write down how to reach it once it can be reached."""
    if own:
        address = postgres.beside(os.environ["DATABASE_URL"], own.database)
        os.environ |= {"DATABASE_URL": address, "DESK_TIME_ZONE": own.time_zone}
    os.environ["LEAVING_FOLDER"] = str(desks.leaving()) if may_leave else ""
    pages = _begin_pages()
    if not is_new:
        with step("Preparing the database"):
            manage("migrate", "--no-input")
    if may_leave:
        leaving.keep_empty()
    desk: dict[str, Any] = {}
    if own is None:
        with step("Preparing the demo desk"):
            desk = _demo()
    with step("Preparing the pages"):
        _finish_pages(*pages)
    with step("Starting the processes"):
        running.start(with_demo=bool(desk))
    told = desk or {"own_desk": True}
    embedded.write(ready, json.dumps({"url": running.url()} | told, indent=2) + "\n")
    _welcome(desk.get("login"))


def _watch(parent: int, *, may_leave: bool) -> desks.OwnDesk | None:
    """Keep all of it running; return the desk that the demo was left for.

    Nothing runs then. None once make is gone.
    """
    # make does not pass on what ends it; when it is gone, so are we.
    while "MAKELEVEL" not in os.environ or os.getppid() == parent:
        users.look()
        wanted = leaving.asked() if may_leave else None
        if wanted and leaving.leave(wanted):
            return wanted.desk
        time.sleep(running.PERIOD)
    return None


def _set_environment() -> None:
    port = _free_port(int(os.environ.get("PORT") or 8000))
    os.environ["PORT"] = str(port)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    os.environ.setdefault("WEB_PROCESSES", "2")
    os.environ.setdefault("WORKER_PROCESSES", "2")
    os.environ["WEBCARE_URL"] = running.url()
    os.environ.setdefault("PUBLIC_URL", running.url())
    if not os.environ.get("MAIL_HOST"):
        os.environ.setdefault("MAIL_FOLDER", str(desks.home() / "mail"))
    programs = Path(sys.executable).parent
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((os.environ.get("HOST", "127.0.0.1"), port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Failed("No port is free.")


def _begin_pages() -> Pages:
    """Collect what browsers load, unless it is what was collected last time.

    Beside what is made in the database meanwhile. Returns what `_finish_pages` takes.
    """
    checkout = running.CHECKOUT
    files = sorted(checkout.glob("*/static/**/*")) + [checkout / "requirements.txt"]
    seen = [f"{path}:{path.stat().st_mtime_ns}" for path in files if path.is_file()]
    digest = hashlib.sha256("\n".join(seen).encode()).hexdigest()
    stamp = _stamp_of_pages()
    manifest = checkout / "static" / "staticfiles.json"
    if manifest.exists() and stamp.exists() and stamp.read_text() == digest:
        return None, digest
    return running.begin("collectstatic", "--no-input", "--clear"), digest


def _finish_pages(collecting: subprocess.Popen[str] | None, digest: str) -> None:
    if collecting:
        running.finish(collecting)
        embedded.write(_stamp_of_pages(), digest)


def _stamp_of_pages() -> Path:
    return desks.home() / "static.sha256"


def _demo() -> dict[str, Any]:
    """Return the demo desk's login, token and channels, one that may send first.

    Nothing where the database that was given has a desk of somebody's own.
    """
    desk = json.loads(manage("demo", "--json", "--unless-own"))
    if not desk:
        return {}
    channels = sorted(desk["channels"], key=lambda channel: channel["mode"] != "engage")
    return {"login": desk["login"], "token": desk["token"], "channels": channels}


def _stop(ready: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    ready.unlink(missing_ok=True)
    # The processes first, all at once, and then the servers that they use.
    running.stop()
    embedded.release()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _welcome(login: dict[str, str] | None) -> None:
    say(f"\n  Webcare is ready: {_WHAT[login is not None]}\n")
    say(f"    Address    {running.url()}")
    if login:
        say(f"    Sign in    {login['username']}")
        say(f"    Password   {login['password']}")
    say(f"\n  Data and logs are in {desks.home()}. Ctrl-C stops everything.\n")


_WHAT = {
    True: "the demo desk of a grid operator, on a day with a power\n"
    "  cut in it. Its messages keep arriving.",
    False: "your own desk. Sign in with the account that you made.",
}
