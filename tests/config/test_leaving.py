"""The demo is left by the real `make up`, interrupted or not."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import psycopg
import pytest
import redis

from config import desks, leaving
from config.embedded.places import CHECKOUT
from tests.config.processes import SERVICES, running_in, wait_until

UNSET = (*SERVICES, "SECRET_KEY", "FIELD_KEY", "DJANGO_SETTINGS_MODULE", "MAKELEVEL")
PASSWORD = "correct horse battery"
WANTED = {
    "name": "Bakkerij Jansen",
    "language": "nl",
    "time_zone": "Europe/Brussels",
    "monday": "09:00-17:00",
    "words": "jansen\nkrentenbol",
    "username": "anna",
    "password": PASSWORD,
    "again": PASSWORD,
}
BUSY = 240  # seconds that a busy machine may take


class Visitor:
    """Somebody's browser, without scripts."""

    def __init__(self, url):
        self.url = url
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.cookies),
        )

    def get(self, path):
        with self.opener.open(self.url + path, timeout=30) as answer:
            return answer.geturl().removeprefix(self.url), answer.read().decode()

    def post(self, path, fields):
        self.get(path)
        token = {one.name: one.value for one in self.cookies}["csrftoken"]
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields})
        with self.opener.open(self.url + path, body.encode(), timeout=30) as answer:
            return answer.geturl().removeprefix(self.url), answer.read().decode()

    def sees(self, path, words):
        with contextlib.suppress(OSError):
            return words in self.get(path)[1]
        return False


class Up:
    """`manage.py up` in a folder of our own, started as often as asked."""

    def __init__(self, var):
        self.var = var
        self.started = []

    def start(self, *arguments, **environment):
        # A killed one could not take it away itself.
        (self.var / "demo.json").unlink(missing_ok=True)
        kept = {key: v for key, v in os.environ.items() if key not in UNSET}
        with (self.var / "said").open("w") as said:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up", *arguments],
                cwd=CHECKOUT,
                env=kept | {"WEBCARE_VAR": str(self.var), "PORT": "0"} | environment,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def wait(self, process):
        """Return what `var/demo.json` says once it is there."""
        ready = self.var / "demo.json"
        wait_until(lambda: ready.exists() or process.poll() is not None, BUSY)
        assert ready.exists(), self.said()
        return json.loads(ready.read_text())

    def said(self):
        return (self.var / "said").read_text()

    def end(self, process, how=signal.SIGINT):
        process.send_signal(how)
        process.wait(60)
        assert wait_until(lambda: not running_in(self.var), 30)


@pytest.fixture(scope="module")
def demo():
    """A folder in which `make up` ran once, and was stopped."""
    folder = Path(tempfile.mkdtemp(prefix="wc-", dir="/tmp"))
    made = Up(folder)
    process = made.start()
    made.wait(process)
    made.end(process)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def up(var, demo):
    """`make up` in a folder of our own, where it ran once before."""
    sockets = shutil.ignore_patterns("*.sock", ".s.PGSQL*")
    shutil.copytree(demo, var, dirs_exist_ok=True, ignore=sockets)
    made = Up(var)
    yield made
    for process in made.started:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
    wait_until(lambda: not running_in(var), 30)


def sign_in(ready):
    visitor = Visitor(ready["url"])
    visitor.post("/sign-in", ready["login"])
    return visitor


def is_own(ready):
    return ready.get("own_desk") is True and "login" not in ready


def names_of(visitor):
    return json.loads(visitor.get("/api/v1/desk")[1])


@pytest.mark.faults
def test_the_demo_is_left_by_one_form_and_stays_left(up, var):
    process = up.start()
    ready = up.wait(process)
    visitor = sign_in(ready)
    assert "Start our own desk" in visitor.get("/")[1]
    nudges = redis.Redis(unix_socket_path=str(var / "up/redis/redis.sock"))
    nudges.set("of the demo", 1)

    address, page = visitor.post("/setup/own-desk", WANTED)

    assert address == "/setup/own-desk"
    assert "Your desk is being made" in page
    assert wait_until(lambda: visitor.sees("/setup/", "Bakkerij Jansen</title>"), BUSY)
    # Signed in by the same browser, on the same address, on a desk with nothing in it.
    page = visitor.get("/setup/")[1]
    assert "Demo</span>" not in page
    assert names_of(visitor)["name"] == "Bakkerij Jansen"
    assert json.loads(visitor.get("/api/v1/tickets")[1])["results"] == []
    [calendar] = json.loads(visitor.get("/api/v1/calendars")[1])
    assert calendar["time_zone"] == "Europe/Brussels"
    assert wait_until((var / "demo.json").exists, BUSY)
    ready = json.loads((var / "demo.json").read_text())
    assert is_own(ready)
    assert not nudges.exists("of the demo")
    assert not plays(up)
    nudges.close()
    assert not list((var / "up/leaving").iterdir())
    everything = "".join(log.read_text() for log in (var / "up").glob("*/log"))
    assert PASSWORD not in everything + up.said()
    assert "Traceback" not in everything, everything.partition("Traceback")[2][:3000]

    up.end(process)
    again = up.start()
    ready = up.wait(again)
    assert is_own(ready)
    assert not plays(up)
    visitor = Visitor(ready["url"])
    visitor.post("/sign-in", {"username": "anna", "password": PASSWORD})
    assert names_of(visitor)["name"] == "Bakkerij Jansen"
    up.end(again)

    # The demo is still there for who asks for it, and gone when it is dropped.
    shown = up.start("--demo")
    ready = up.wait(shown)
    demo = sign_in(ready)
    assert names_of(demo) | {"language": None} == {
        "name": "Kabelwijk",
        "language": None,
        "is_demo": True,
        "can_be_left": False,
        "leaving": None,
    }
    up.end(shown)
    assert drop(var).returncode == 0
    assert drop(var).returncode == 0
    last = up.start()
    assert is_own(up.wait(last))


def plays(up):
    return any("demo_" in words_of(one) for one in running_in(up.var))


def words_of(process):
    with contextlib.suppress(OSError), open(f"/proc/{process}/cmdline") as words:
        return words.read()
    return ""


def drop(var):
    kept = {key: v for key, v in os.environ.items() if key not in UNSET}
    return subprocess.run(
        [sys.executable, "manage.py", "demo", "--drop"],
        cwd=CHECKOUT,
        env=kept | {"WEBCARE_VAR": str(var)},
        capture_output=True,
        text=True,
    )


@pytest.mark.faults
@pytest.mark.parametrize("step", ["database", "desk", "restart"])
def test_interrupted_anywhere_it_comes_up_whole(up, var, step):
    """Killed at each step, the next start finishes it, or the demo is still there."""
    process = up.start()
    visitor = sign_in(up.wait(process))
    told = var / "up/leaving/told.json"
    visitor.post("/setup/own-desk", WANTED)

    assert wait_until(lambda: told.exists() and step in told.read_text(), BUSY)
    up.end(process, signal.SIGKILL)
    left = (var / "up/desk.json").exists()
    assert not left or step == "restart"

    again = up.start()
    ready = up.wait(again)
    assert is_own(ready)
    assert not plays(up)
    visitor = Visitor(ready["url"])
    visitor.post("/sign-in", {"username": "anna", "password": PASSWORD})
    assert names_of(visitor)["name"] == "Bakkerij Jansen"
    assert len(json.loads(visitor.get("/api/v1/agents")[1])) == 1
    assert not (var / "up/leaving/asked.json").exists()


@pytest.mark.faults
def test_what_cannot_be_made_leaves_the_demo_as_it_is(up, var):
    process = up.start()
    ready = up.wait(process)
    visitor = sign_in(ready)
    # A request that no form of ours writes: the desk refuses to begin with it.
    asked = {"id": "a" * 32, "time_zone": "UTC", "name": "", "username": "anna"}
    beside = var / "up/leaving/.asked"
    beside.write_text(json.dumps(asked | {"password": "!"}))
    beside.rename(var / "up/leaving/asked.json")

    assert wait_until(
        lambda: visitor.sees("/setup/own-desk", "nothing has changed"), BUSY
    )
    assert "The demo goes on" in up.said()
    assert names_of(visitor)["is_demo"]
    assert json.loads((var / "demo.json").read_text()) == ready
    assert not (var / "up/desk.json").exists()
    assert plays(up)


def test_a_choice_that_cannot_be_read_is_no_choice(monkeypatch, var):
    monkeypatch.setenv("WEBCARE_VAR", str(var))
    desks.home()
    assert desks.own() is None

    desks.choose(desks.OwnDesk("desk_1", "Europe/Brussels"))
    assert desks.own() == ("desk_1", "Europe/Brussels")

    for text in ("", "{}", "[1]", '{"database": "x"'):
        (var / "up/desk.json").write_text(text)
        with pytest.raises(desks.Unreadable):
            desks.own()


@pytest.mark.parametrize(
    "text", ["", "{}", '{"id": "../x", "time_zone": "UTC"}', '{"id": "a"}', "[]", "1"]
)
def test_what_nobody_could_have_asked_for_is_forgotten(monkeypatch, var, text):
    monkeypatch.setenv("WEBCARE_VAR", str(var))
    (desks.leaving() / "asked.json").write_text(text)

    assert leaving.asked() is None
    assert not list(desks.leaving().iterdir())


@pytest.mark.faults
def test_an_empty_copy_makes_a_new_desk_quick(starter, var, monkeypatch):
    """It is kept from before the demo, and a database with anything in it is not."""
    database, _ = starter(name="up").urls()
    monkeypatch.setenv("DATABASE_URL", database)
    tables = (
        "CREATE TABLE webcare_desksetting (); CREATE TABLE conversations_channel ()"
    )
    with psycopg.connect(database) as connection:
        connection.execute(tables)
        connection.execute("INSERT INTO webcare_desksetting DEFAULT VALUES")

    leaving.keep_empty()
    assert not leaving.postgres.has(database, leaving.EMPTY)

    with psycopg.connect(database) as connection:
        connection.execute("DELETE FROM webcare_desksetting")
    leaving.keep_empty()
    assert leaving.postgres.has(database, leaving.EMPTY)
