"""`manage.py up`: a whole Webcare on this machine, with a demo desk, until Ctrl-C.

The processes are those of the Procfile, each with a keeper like PostgreSQL and Redis
have: one that dies is started again, and all stop when this process ends in any way.
"""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from config import embedded, local
from config.embedded import keeper, users

CHECKOUT = Path(__file__).resolve().parents[1]
PROCFILES = (CHECKOUT / "Procfile", CHECKOUT / "demo" / "Procfile")
PATIENCE = 60.0  # seconds for the first page
PERIOD = 0.2  # seconds between looks at what runs


class Failed(RuntimeError):
    """Webcare cannot run; the text says why."""


def up() -> int:
    """Run until told to stop; return 0, or 1 when it could not run."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    ready = embedded.var() / "demo.json"
    if keeper.take_now(_folder() / "up.lock") is None:
        _say(f"Webcare runs here already; {ready} says where.")
        return 1
    ready.unlink(missing_ok=True)
    try:
        _run(ready)
    except KeyboardInterrupt:
        _say("\nStopping …")
    except (Failed, embedded.Unavailable, users.GaveUp) as error:
        _say(f"\n{error}")
        return 1
    finally:
        _stop(ready)
    return 0


def _run(ready: Path) -> None:
    parent = os.getppid()
    _set_environment()
    with _step("Starting PostgreSQL and Redis"):
        local.provide()
    with _step("Preparing the database"):
        _manage("migrate", "--no-input")
    with _step("Preparing the pages"):
        _collect_static()
    with _step("Preparing the demo desk"):
        desk = _desk()
    with _step("Starting the processes"):
        for name, command in _processes():
            _start(name, command)
        _wait_for_page()
    local.write(ready, json.dumps({"url": _url()} | desk, indent=2) + "\n")
    _welcome(desk["login"])
    # make does not pass on what ends it; when it is gone, so are we.
    while "MAKELEVEL" not in os.environ or os.getppid() == parent:
        users.look()
        time.sleep(PERIOD)


def _set_environment() -> None:
    port = _free_port(int(os.environ.get("PORT") or 8000))
    os.environ["PORT"] = str(port)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    os.environ.setdefault("DESK_LABEL", "Demo")
    os.environ.setdefault("WEB_PROCESSES", "2")
    os.environ.setdefault("WORKER_PROCESSES", "2")
    os.environ["WEBCARE_URL"] = _url()
    os.environ.setdefault("PUBLIC_URL", _url())
    if not os.environ.get("MAIL_HOST"):
        os.environ.setdefault("MAIL_FOLDER", str(_folder() / "mail"))
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


def _url() -> str:
    return f"http://127.0.0.1:{os.environ['PORT']}"


def _folder() -> Path:
    return embedded.private(embedded.var() / "up")


def _collect_static() -> None:
    """Collect what browsers load, unless it is what was collected last time."""
    files = sorted(CHECKOUT.glob("*/static/**/*")) + [CHECKOUT / "requirements.txt"]
    seen = [f"{path}:{path.stat().st_mtime_ns}" for path in files if path.is_file()]
    digest = hashlib.sha256("\n".join(seen).encode()).hexdigest()
    stamp = _folder() / "static.sha256"
    manifest = CHECKOUT / "static" / "staticfiles.json"
    if manifest.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    _manage("collectstatic", "--no-input", "--clear")
    local.write(stamp, digest)


def _desk() -> dict[str, Any]:
    """Return the demo desk's login, token and channels, one that may send first."""
    desk = json.loads(_manage("demo", "--json"))
    channels = sorted(desk["channels"], key=lambda channel: channel["mode"] != "engage")
    return {"login": desk["login"], "token": desk["token"], "channels": channels}


def _manage(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        start_new_session=True,  # Ctrl-C ends it through us, without a traceback
    )
    if done.returncode:
        raise Failed(f"manage.py {arguments[0]} did not work:\n{done.stderr[-3000:]}")
    return done.stdout


def _processes() -> list[tuple[str, str]]:
    lines = [line for path in PROCFILES for line in path.read_text().splitlines()]
    pairs = [line.partition(":") for line in lines if line and not line.startswith("#")]
    return [(name, command.strip()) for name, _, command in pairs]


def _start(name: str, command: str) -> None:
    home = embedded.private(_folder() / name)
    users.hold(home)
    service = keeper.Service(
        folder=str(home),
        command=["sh", "-c", f"exec {command}"],
        stop_signal=signal.SIGTERM,
        cwd=str(CHECKOUT),
    )
    users.start_keeper(service)


def _wait_for_page() -> None:
    browser = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        users.look()
        try:
            browser.open(f"{_url()}/readyz", timeout=5).close()
        except (URLError, OSError):
            time.sleep(PERIOD)
        else:
            return
    raise Failed(f"No page came within {PATIENCE:.0f} s; the logs are in {_folder()}.")


def _stop(ready: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    ready.unlink(missing_ok=True)
    # The processes first, all at once, and then the servers that they use.
    users.release({_folder() / name for name, _ in _processes()})
    embedded.release()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def _step(text: str) -> Iterator[None]:
    sys.stdout.write(f"{text} … ")
    sys.stdout.flush()
    began = time.monotonic()
    yield
    _say(f"{time.monotonic() - began:.1f} s")


def _welcome(login: dict[str, str]) -> None:
    _say(
        f"\n  Webcare is ready: the demo desk of a grid operator, on a day with a power"
        f"\n  cut in it. Its messages keep arriving.\n"
        f"\n    Address    {_url()}"
        f"\n    Sign in    {login['username']}"
        f"\n    Password   {login['password']}\n"
        f"\n  Data and logs are in {_folder()}. Ctrl-C stops everything.\n"
    )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
