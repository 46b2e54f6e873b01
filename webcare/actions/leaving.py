"""Asking to leave the demo for a desk of one's own; `make up` does it."""

import json
import os
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from webcare.actions.beginnings import check_beginning
from webcare.domain.beginnings import Beginning
from webcare.domain.permissions import Permission
from webcare.exceptions import InUse, NoDemoToLeave
from webcare.models import User
from webcare.queries.leaving import can_be_left
from webcare.queries.people import require


def leave_demo(*, user: User, beginning: Beginning, password: str) -> None:
    """Ask for a desk of one's own, of which `password` opens the first account.

    It is being made from now on, and the demo goes on until there is all of it. Of two
    who ask, the first one is heard. Raises NotAllowed, NoDemoToLeave, Invalid, InUse.
    """
    require(user, Permission.SET_UP)
    if not can_be_left():
        raise NoDemoToLeave(_("This is not a demo that can be left from here."))
    check_beginning(beginning, password)
    hashed = replace(beginning, password=make_password(password))
    text = json.dumps({"id": uuid4().hex, **hashed.as_data()})
    if not _write_once(Path(settings.LEAVING_FOLDER), text):
        raise InUse(_("A desk is being made already."))


def _write_once(folder: Path, text: str) -> bool:
    """Whether there is now a whole request of ours; one that was there stays."""
    beside = folder / f".{uuid4().hex}"
    opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, folder / "asked.json")
    except FileExistsError:
        return False
    finally:
        beside.unlink()
    return True
