"""How well topics are told apart, as a team lead sees it."""

import os
from importlib.util import find_spec

import pytest

from tests.browser import axe
from tests.trained import NUMBERS, trained
from webcare.models import Topic, TopicExample

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}
DELIVERY, BILL = "Where is my order", "The invoice is too high"


@pytest.fixture
def model(settings, shop_queue):
    """A model of two topics; a few examples of one speak of the other."""
    settings.SENTENCE_ENCODER = False
    bill, delivery = (
        Topic.objects.create(pk=pk, slug=name.lower(), name=name, queue=shop_queue)
        for pk, name in enumerate(("Bill", "Delivery"), NUMBERS)
    )
    texts = [(bill, f"{DELIVERY} {n}") for n in range(20, 26)]
    for n in range(20):
        texts += [(delivery, f"{DELIVERY} {n}"), (bill, f"{BILL} {n}")]
    for number, (topic, text) in enumerate(texts):
        digest = f"example {number}".encode()
        TopicExample.objects.create(topic=topic, text=text, digest=digest)
    trained()


@pytest.fixture
def opened(page_of, root, live_server):
    def open_(**options):
        page = page_of(root, **options)
        page.goto(f"{live_server.url}/topics/quality")
        page.wait_for_selector("[data-chart=calibration] canvas")
        return page

    return open_


def test_charts_are_drawn_and_named_beside_their_tables(opened, model):
    page = opened()

    chart = page.locator("[data-chart=calibration]")
    assert "table has the same" in chart.get_attribute("aria-label")
    assert page.locator("section:has([data-chart=calibration]) tbody th").count() > 1
    cells = page.locator(".heat td.heat__cell").all_inner_texts()
    assert any(one.startswith("6") and "%" in one for one in cells)


def test_the_table_of_mistakes_is_reached_and_moved_by_keys(opened, model):
    page = opened(viewport=PHONE)
    place = page.locator(".table-place:has(.heat)")

    page.locator("#confusion-title").scroll_into_view_if_needed()
    place.focus()

    assert place.evaluate("one => one === document.activeElement")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"]


def test_a_topic_in_need_is_one_click_from_its_examples(opened, model):
    thin = Topic.objects.create(slug="fresh", name="Something new")
    page = opened()

    page.click(f"text={thin.name}")

    page.wait_for_url("**/setup/topics/fresh#teach-it-title")
    place = page.locator("section:has(#teach-it-title)")
    place.locator("textarea").fill("Something quite new")
    with page.expect_response(lambda one: one.request.method == "POST"):
        place.locator("button").click()
    assert TopicExample.objects.filter(topic=thin).count() == 1


@pytest.mark.skipif(not find_spec("axe_playwright_python"), reason="No axe here.")
def test_the_page_with_figures_has_no_barriers(opened, model, in_dutch):
    page = opened()
    found = axe.troubles(page)
    in_dutch(page).wait_for_selector("[data-chart=calibration] canvas")

    assert found + axe.troubles(page) == []
    assert "Voor elkaar aangezien" in page.content()
