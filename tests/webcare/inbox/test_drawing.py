"""What looks the same is drawn once; what differs is drawn."""

import pytest
from django.utils import translation

from webcare.inbox.drawing import drawn

HELP = "webcare/_help.html"


def test_the_same_is_drawn_once():
    assert drawn(HELP) is drawn(HELP)


def test_each_language_has_its_own():
    with translation.override("nl"):
        dutch = drawn(HELP)

    assert dutch != drawn(HELP)


def test_what_is_given_is_shown():
    first, second = (drawn("webcare/_icon.html", name=name) for name in ("up", "down"))

    assert "#up" in first
    assert "#down" in second


def test_what_may_change_behind_its_back_is_refused():
    with pytest.raises(TypeError, match="unhashable"):
        drawn("webcare/_icon.html", name=["up"])


def test_nothing_is_known_but_what_is_given(browser, lena):
    client = browser(lena)

    shown = client.get("/").content.decode()

    assert "csrfmiddlewaretoken" not in drawn("webcare/_commands.html")
    assert str(drawn("webcare/_commands.html")) in shown
