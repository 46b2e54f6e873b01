"""However much stands in the rail, who one is stays within reach."""

import os

import pytest

from webcare.actions.views import make_view

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
SIZES = {
    "desk": {"width": 1280, "height": 800},
    "phone": {"width": 390, "height": 844},
}


@pytest.fixture
def thirty_views(ada, ticket):
    for number in range(30):
        filters = {"status": "live", "q": f"parcel {number}"}
        make_view(
            user=ada, name=f"View {number:02}", filters=filters, audience="private"
        )


@pytest.mark.parametrize("size", SIZES)
def test_thirty_kept_views_leave_who_one_is_in_sight(page_of, ada, thirty_views, size):
    page = page_of(ada, viewport=SIZES[size])
    last = page.get_by_role("link", name="View 29")
    last.wait_for()

    foot = page.locator(".me > summary").bounding_box()
    assert foot["y"] >= 0
    assert foot["y"] + foot["height"] <= SIZES[size]["height"]
    # Views do not push what is listed out of sight either.
    assert page.locator("#rows > li").first.bounding_box()["y"] < 400
    last.scroll_into_view_if_needed()
    last.click()
    page.wait_for_url("**saved=**")
    assert page.locator("h1").inner_text() == "View 29"


@pytest.mark.parametrize("place", ["/setup/retention", "/reports/skipped"])
def test_on_a_phone_what_is_open_is_in_sight_in_the_strip(page_of, root, place):
    page = page_of(root, viewport=SIZES["phone"])
    page.goto(page.url.rstrip("/") + place)

    open_ = page.locator(".rail__views [aria-current]")
    page.wait_for_function(
        "one => one.getBoundingClientRect().right <= innerWidth",
        arg=open_.element_handle(),
        timeout=5_000,
    )
    assert open_.bounding_box()["x"] >= 0
