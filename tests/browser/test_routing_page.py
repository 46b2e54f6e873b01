"""The routing table in a browser: rows in an order, tried first, kept as versions."""

import os

import pytest

from tests.browser import axe
from webcare.actions.routing_table import save_table
from webcare.models import RoutingRule, RoutingVersion, Topic

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)


def rows():
    asked = RoutingRule.objects.order_by("position")
    return list(asked.values_list("topic__slug", "queue__slug"))


@pytest.fixture
def table(root, shop_queue, power_queue, triage_queue, ticket, live_server, page_of):
    """The page, with two rows that hold and a ticket about delivery in the shop."""
    for slug, name in (("bill", "Bill"), ("fuse", "Fuse")):
        Topic.objects.create(slug=slug, name=name)
    save_table(
        user=root,
        rules=[{"queue": "shop", "topic": "bill"}, {"queue": "power", "topic": "fuse"}],
    )
    page = page_of(root)
    page.goto(f"{live_server.url}/setup/routing")
    page.wait_for_selector("form [data-row] >> nth=1")
    return page


def row(page, number):
    return page.locator("form [data-row]").nth(number)


def choose(page, number, path, value):
    row(page, number).locator(f'[data-path="{path}"] select').select_option(value)


def test_rows_are_added_moved_changed_and_kept(table):
    table.get_by_role("button", name="Add", exact=True).click()
    choose(table, 2, "topic", "delivery")
    choose(table, 2, "queue", "power")
    row(table, 2).get_by_role("button", name="Earlier").click()
    row(table, 1).get_by_role("button", name="Earlier").click()
    choose(table, 1, "queue", "power")
    table.get_by_role("button", name="Keep").click()
    table.wait_for_selector("text=Kept as a new version.")

    assert rows() == [("delivery", "power"), ("bill", "power"), ("fuse", "power")]
    table.wait_for_selector("[data-rows] tr >> nth=1")
    assert RoutingVersion.objects.count() == 2


def test_it_is_tried_on_last_week_before_it_holds(table, ticket):
    table.get_by_role("button", name="Add", exact=True).click()
    choose(table, 2, "topic", "delivery")
    choose(table, 2, "queue", "power")
    table.get_by_role("button", name="Try on last week's tickets").click()

    told = table.wait_for_selector("[data-previewed]:not([hidden])").inner_text()

    assert "1 of the 1 tickets of last week would wait elsewhere" in told
    assert f"#{ticket.pk}" in told
    assert "Shop → Power" in told
    assert len(rows()) == 2


def test_what_is_wrong_is_said_in_its_row(table):
    table.get_by_role("button", name="Add", exact=True).click()
    choose(table, 2, "topic", "bill")
    choose(table, 2, "queue", "shop")
    table.get_by_role("button", name="Keep").click()

    said = table.wait_for_selector('[data-path="rules"] > .problem:not([hidden])')

    assert said.inner_text() == "3: Never asked: rule 1 catches all of it."
    assert len(rows()) == 2


def test_an_earlier_version_comes_back_when_it_is_kept(table, root, live_server):
    save_table(user=root, rules=[])
    table.reload()
    table.get_by_role("button", name="Look at it").nth(1).click()
    table.wait_for_selector("text=This is version 1.")
    assert rows() == []

    table.get_by_role("button", name="Keep").click()
    table.wait_for_selector("text=Kept as a new version.")

    assert rows() == [("bill", "shop"), ("fuse", "power")]


def test_it_says_where_the_rest_goes_and_fits_a_phone(table, live_server):
    table.wait_for_selector("text=What is left: Triage")
    table.set_viewport_size({"width": 390, "height": 844})

    assert table.evaluate("document.documentElement.scrollWidth") == 390


def test_the_rows_and_what_is_told_have_no_barriers(table):
    table.get_by_role("button", name="Try on last week's tickets").click()
    table.wait_for_selector("[data-previewed]:not([hidden])")

    assert axe.troubles(table) == []
