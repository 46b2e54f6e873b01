"""Whatever a stranger writes is text: it does nothing, and hides nothing."""

from html.parser import HTMLParser

import pytest

from conversations.models import Message
from webcare.inbox.links import is_safe, linked

CORPUS = [
    "<script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "{{ 7|add:7 }} {% debug %} ${7*7}",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1) data:text/html,<script>alert(1)</script>",
    'http://a.example/"onmouseover="alert(1)',
    "https://a.example/'onclick='alert(1)",
    "https://user:password@evil.example/",
    "https://kabelwijk.example@evil.example/",
    "http://[::1",
    "https://\\evil.example",
    "</textarea><script>alert(1)</script>",
    "<a href='javascript:alert(1)'>click</a>",
    "--></li></ol><form action=https://evil.example>",
]


class Page(HTMLParser):
    """Notes everything on a page that could act."""

    def __init__(self) -> None:
        super().__init__()
        self.acts: list[tuple[str, str]] = []
        self.scripts: list[str | None] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "script":
            self.scripts.append(given.get("src"))
        self.acts += [(tag, name) for name in given if name.startswith("on")]
        if "style" in given or tag == "style":
            self.acts.append((tag, "style"))
        for name in ("href", "src", "action", "formaction"):
            value = given.get(name) or ""
            if ":" in value and not value.startswith(("http://", "https://")):
                self.acts.append((tag, value))
            if tag != "a" and value.startswith("http"):
                self.acts.append((tag, value))


def read(content: str) -> Page:
    page = Page()
    page.feed(content)
    return page


@pytest.mark.parametrize("text", CORPUS)
def test_text_of_a_stranger_does_nothing_anywhere(
    browser, ada, make_ticket, address, text
):
    ticket = make_ticket(
        text=f"parcel {text}",
        author={"external_id": "s", "handle": text[:200], "name": text[:200]},
        attachments=[{"url": "https://a.example/f", "name": text[:200]}],
    )
    # As if an adapter had let it through.
    Message.objects.filter(pk=ticket.last_inbound_id).update(url=text)
    client = browser(ada)

    pages = [client.get("/"), client.get(address(ticket))]

    found = [read(page.content.decode()) for page in pages]
    assert [page.acts for page in found] == [[], []]
    assert all(src and src.startswith("/static/") for p in found for src in p.scripts)
    assert "https://user:password@" not in [
        value for page in found for _, value in page.acts
    ]


def test_every_page_keeps_the_strict_policy(browser, ada, ticket, address):
    page = browser(ada).get(address(ticket))

    assert page["Content-Security-Policy"].startswith("default-src 'self';")
    assert "unsafe" not in page["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("text", "address", "after"),
    [
        ("see https://a.example/x.", "https://a.example/x", "."),
        ("(https://a.example/x)", "https://a.example/x", ")"),
        ("https://a.example/x_(y)", "https://a.example/x_(y)", ""),
        ("HTTPS://A.example?q=1&r=2!", "HTTPS://A.example?q=1&amp;r=2", "!"),
    ],
)
def test_web_addresses_become_links_that_tell_nothing_of_us(text, address, after):
    made = linked(text)

    assert f'<a href="{address}" target="_blank" ' in made
    assert 'rel="noopener noreferrer nofollow ugc"' in made
    assert made.endswith(f">{address}</a>{after}")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https://",
        "https://a@b.example",
        "http://[::1",
        "ftp://a.example",
        "/hooks/x",
        "",
    ],
)
def test_what_is_no_plain_web_address_is_not_linked(address):
    assert not is_safe(address)
    assert "<a " not in linked(address)
