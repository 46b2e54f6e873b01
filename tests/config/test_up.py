"""`manage.py up` from start to stop, as a newcomer meets it."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from urllib.request import urlopen

import pytest

from config import up
from config.embedded.places import CHECKOUT
from tests.config.processes import SERVICES, running_in, wait_until


@pytest.fixture
def run_up(var):
    """Return a function that starts `manage.py up` in `var` and waits for its page."""
    started = []

    def run(**environment):
        kept = {key: v for key, v in os.environ.items() if key not in UNSET}
        with (var / "said").open("w") as said:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=CHECKOUT,
                env=kept | {"WEBCARE_VAR": str(var), "PORT": "0"} | environment,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        started.append(process)
        ready = var / "demo.json"
        wait_until(lambda: ready.exists() or process.poll() is not None, 180)
        assert ready.exists(), (var / "said").read_text()
        return process, json.loads(ready.read_text())

    yield run
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
    wait_until(lambda: not running_in(var))


UNSET = (*SERVICES, "SECRET_KEY", "FIELD_KEY", "DJANGO_SETTINGS_MODULE", "MAKELEVEL")


@pytest.mark.faults
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_comes_up_and_however_it_ends_nothing_is_left(run_up, var, how):
    process, ready = run_up()
    with urlopen(f"{ready['url']}/readyz") as answer:
        assert answer.status == 200
    assert (var / "demo.json").stat().st_mode & 0o777 == 0o600
    assert set(ready) == {"url", "login", "token", "channels"}
    assert ready["channels"][0]["mode"] == "engage"

    process.send_signal(how)

    assert wait_until(lambda: not running_in(var) and not _listens(ready["url"]), 10)


@pytest.mark.faults
def test_a_second_one_in_the_same_folder_says_where_the_first_is(run_up, var):
    run_up()

    second = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=CHECKOUT,
        env=os.environ | {"WEBCARE_VAR": str(var)},
        capture_output=True,
        text=True,
    )

    assert second.returncode == 1
    assert str(var / "demo.json") in second.stdout
    assert (var / "demo.json").exists()


def test_a_port_in_use_gives_way_to_a_free_one():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]

        port = up._free_port(number)

    assert port not in {0, number}


def test_a_free_port_is_kept():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]

    assert up._free_port(number) == number


def _listens(url):
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0
