#!/usr/bin/env python3
"""Every command of the project.

`up` and `test` first make `.venv` and install what is pinned, and `install` does only
that, with every tool; until then only the standard library is used. Anything else goes
to Django.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
REQUIREMENTS = {
    "up": "requirements.txt",
    "test": "requirements-dev.txt",
    "install": "requirements-dev.txt",
}
EMBEDDED = "requirements-embedded.txt"
SERVERS = ("DATABASE_URL", "REDIS_URL")


def main():
    if sys.version_info < (3, 11):
        sys.exit("Webcare needs Python 3.11 or newer; this is %s." % sys.version)
    os.chdir(HERE)
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in REQUIREMENTS:
        install(REQUIREMENTS[command])
        keep_bytecode()
        go_into_venv()
    elif importlib.util.find_spec("django") is None:
        if not VENV_PYTHON.exists():
            sys.exit("Nothing is installed yet: run `python3 manage.py up` first.")
        go_into_venv()
    sys.exit(run(command))


def run(command):
    if command == "install":
        return 0
    if command == "up":
        from config.up import up

        return up(*sys.argv[2:])
    if command == "test":
        import pytest

        return pytest.main(sys.argv[2:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    from django.core.management import execute_from_command_line

    return execute_from_command_line(sys.argv)


def keep_bytecode():
    """Compile what is used once; where nobody wants that beside sources, in .venv.

    Else each of a dozen processes, and of hundreds in tests, would do it anew.
    """
    if not sys.dont_write_bytecode:
        return
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(VENV / "bytecode")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix


def install(requirements):
    """Make the virtual environment hold what is pinned, if it does not yet."""
    files = [requirements]
    if not all(os.environ.get(name) for name in SERVERS):
        files.append(EMBEDDED)
    missing = [name for name in files if not is_installed(name)]
    if not missing:
        return
    if not VENV_PYTHON.exists():
        make_venv()
    pip_install(missing)
    for name in missing:
        stamp_of(name).write_text(digest_of(name))


def is_installed(requirements):
    stamp = stamp_of(requirements)
    known = stamp.read_text() if stamp.exists() else ""
    return VENV_PYTHON.exists() and known == digest_of(requirements)


def stamp_of(requirements):
    return VENV / f"{requirements}.sha256"


def digest_of(requirements):
    return hashlib.sha256((HERE / requirements).read_bytes()).hexdigest()


def make_venv():
    if importlib.util.find_spec("ensurepip") is None:
        version = "%s.%s" % sys.version_info[:2]
        sys.exit(
            f"Python's venv module is missing. On Debian and Ubuntu this installs it:\n"
            f"\n    sudo apt install python{version}-venv\n"
        )
    print("Making .venv …", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)


def pip_install(names):
    """Install what the files pin, and say how far it is; their hashes are checked."""
    text = "\n".join((HERE / name).read_text() for name in names)
    total = sum("==" in line for line in text.splitlines())
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    # What is used gets compiled when it is used; most of it never is.
    command += ["--no-compile", "--no-input", "--require-hashes"]
    command += [word for name in names for word in ("-r", name)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        said, done = [], 0
        for line in pip.stdout:
            said.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied: ")):
                done += 1
                show(f"Installing: {done} of {total} packages found")
            elif line.startswith("Installing collected packages"):
                show(f"Installing: unpacking {total} packages")
    print(flush=True)
    if pip.returncode:
        explain(names, "".join(said[-20:]))


def show(text):
    # One line that moves on a screen; only its last state in a log.
    if sys.stdout.isatty():
        print(f"\r{text:<70}", end="", flush=True)
    elif "unpacking" in text:
        print(text, end="", flush=True)


def explain(names, said):
    hint = ""
    if EMBEDDED in names:
        hint = (
            "\nPostgreSQL and Redis come from these packages where they exist for a "
            "machine.\nElse set both of these, to servers of your own, and try again:\n"
            "\n    export DATABASE_URL=postgresql://user:password@host/name"
            "\n    export REDIS_URL=redis://host:6379/0\n"
        )
    sys.exit(f"{said}\nInstalling {' and '.join(names)} did not work.{hint}")


def go_into_venv():
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])


if __name__ == "__main__":
    main()
