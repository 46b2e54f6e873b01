"""`make up` and a developer's machine: production, loosened where it must be."""

import os

from config import local

os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
os.environ.setdefault("OUTGOING_ALLOWED_HOSTS", "localhost,127.0.0.1")
os.environ.setdefault("HTTPS", "false")
local.provide()

from config.settings.base import *  # noqa: E402, F403

INSTALLED_APPS = [*INSTALLED_APPS, "demo"]  # noqa: F405
