"""Tests: production on embedded services, with cheap password hashes."""

import os

from config import test_workers

os.environ.setdefault("SECRET_KEY", "tests-only-not-secret")
os.environ.setdefault("FIELD_KEY", "dGVzdHMtb25seS1ub3Qtc2VjcmV0LWZpZWxkLWtleSE=")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("OUTGOING_ALLOWED_HOSTS", "localhost,127.0.0.1")
os.environ.setdefault("HTTPS", "false")
test_workers.provide_servers()

from config.settings.base import *  # noqa: E402, F403

INSTALLED_APPS = [*INSTALLED_APPS, "demo"]  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Static files are found where they lie; nobody collects them for a test.
WHITENOISE_AUTOREFRESH = True
