"""A form that is too large is not read, whoever brings it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config import uploads


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(uploads, "MOST", 1_000)
    return SimpleUploadedFile("large.png", b"x" * 2_000)


def test_a_page_does_not_read_it(client, db, large):
    assert client.post("/sign-in", {"file": large}).status_code in {400, 413}


def test_the_api_says_so(as_client, root, large):
    answer = as_client(root).post("/api/v1/imports", {"file": large})

    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_what_fits_is_read(as_client, root):
    file = SimpleUploadedFile("x.csv", b"Message,Date\n" + b"x,2026-01-01\n" * 300_000)

    assert as_client(root).post("/api/v1/imports", {"file": file}).status_code == 201
