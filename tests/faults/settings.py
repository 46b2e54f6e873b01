"""The rig's desk: as in the tests, with a platform whose calls can be poison."""

from config.settings.test import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.poison"]  # noqa: F405
