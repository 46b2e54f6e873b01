"""Browsers of the cast, and what their pages say."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations.actions import settling
from conversations.models import Delivery
from webcare.models import Reply, Ticket, User

# What every page asks before a view runs: whose session, and who that is.
AUTHENTICATION = 2


@pytest.fixture
def browser() -> Callable[[User], Client]:
    """Somebody's browser, signed in, asking for English."""

    def open_(user: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        return client

    return open_


@pytest.fixture
def statements() -> Callable[[], Any]:
    """Counts the statements beside those of authentication."""

    @contextmanager
    def count() -> Iterator[Callable[[], int]]:
        counted: list[int] = []
        with CaptureQueriesContext(connection) as captured:
            yield lambda: counted[0]
            counted.append(len(captured.captured_queries) - AUTHENTICATION)

    return count


@pytest.fixture
def answered(pump: Callable[[], None]) -> Callable[[Reply], None]:
    """Lets the platform accept an answer."""

    def accept(reply: Reply) -> None:
        delivery = Delivery.objects.get(pk=reply.delivery_id)
        claimed = Delivery.objects.filter(pk=delivery.pk)
        claimed.update(state="sending", claimed_at=delivery.created_at, fence=1)
        delivery.refresh_from_db()
        settling.sent(delivery, external_id=f"out-{delivery.pk}")
        pump()

    return accept


class _Fields(HTMLParser):
    """Collects the fields of the form that posts to one address."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.inside = False
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = (given.get("action") or "").endswith(self.action)
        if self.inside and tag == "input" and given.get("name"):
            self.fields[str(given["name"])] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"


@pytest.fixture
def fields() -> Callable[[HttpResponse, str], dict[str, str]]:
    """The hidden fields of a page's form, as a browser would send them."""

    def read(page: HttpResponse, action: str) -> dict[str, str]:
        parser = _Fields(action)
        parser.feed(page.content.decode())
        return parser.fields

    return read


@pytest.fixture
def address() -> Callable[..., str]:
    def make(ticket: Ticket, action: str = "") -> str:
        return f"/tickets/{ticket.public_id}" + (f"/{action}" if action else "")

    return make


def said(page: HttpResponse) -> str:
    """The words of a page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
