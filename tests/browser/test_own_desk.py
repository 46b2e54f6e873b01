"""The form that leaves the demo, and the page that waits for the desk, in a browser."""

import json
import os

import pytest

from webcare.models import DeskSetting

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "correct horse battery"


@pytest.fixture
def folder(settings, tmp_path):
    """A demo that can be left; what is asked for is written here."""
    DeskSetting.objects.create(name="Kabelwijk", is_demo=True)
    settings.LEAVING_FOLDER = str(tmp_path)
    return tmp_path


@pytest.fixture
def form(page_of, root, live_server, folder):
    def open_(**options):
        page = page_of(root, **options)
        page.goto(f"{live_server.url}/")
        page.locator("a.rail__leave").click()
        page.wait_for_selector("[name=username]")
        return page

    return open_


def fill(page, **fields):
    usual = {"name": "Bakery Jansen", "username": "anna", "words": "jansen"}
    for name, value in (
        usual | {"password": PASSWORD, "again": PASSWORD, **fields}
    ).items():
        page.fill(f"[name={name}]", value)
    page.locator("form.sheet .button--main").click()


def tell(folder, step):
    beside = folder / ".told"
    beside.write_text(json.dumps({"step": step}))
    beside.rename(folder / "told.json")


def now(step):
    return f'[data-step={step}][data-state="now"]'


def test_the_page_follows_until_the_new_desk_answers(form, folder):
    page = form()
    fill(page)
    page.wait_for_selector("h1:has-text('Your desk is being made')")
    assert json.loads((folder / "asked.json").read_text())["name"] == "Bakery Jansen"

    for step in ("database", "desk", "restart"):
        tell(folder, step)
        page.wait_for_selector(now(step))
    assert page.locator('[data-state="done"]').count() == 2

    # While everything starts again nobody answers; then another desk does.
    page.context.set_offline(True)
    page.wait_for_timeout(1_500)
    assert page.locator(now("restart")).is_visible()
    DeskSetting.objects.update(name="Bakery Jansen", is_demo=False)
    page.context.set_offline(False)
    page.wait_for_url("**/setup/")
    page.wait_for_selector(".brand >> text=Bakery Jansen")
    assert page.locator("h2", has_text="Begin here").is_visible()


def test_a_failure_brings_the_form_back_and_says_so(form, folder):
    page = form()
    fill(page)
    page.wait_for_selector("[data-coming]")

    tell(folder, "failed")
    (folder / "asked.json").unlink()

    page.wait_for_selector("[role=alert] >> text=nothing has changed")
    assert page.locator("[name=username]").is_visible()


def test_what_is_wrong_stands_beside_it_and_the_rest_stays(form, folder):
    page = form()
    fill(page, again="another one", monday="nine to five")

    page.wait_for_selector("#wrong-again")
    assert page.locator("#wrong-week").is_visible()
    assert page.input_value("[name=name]") == "Bakery Jansen"
    assert page.input_value("[name=monday]") == "nine to five"
    assert page.input_value("[name=password]") == ""
    assert not list(folder.iterdir())


def test_without_scripts_the_form_works_and_the_page_looks_again(form, folder):
    page = form(java_script_enabled=False)
    fill(page)
    page.wait_for_selector("h1:has-text('Your desk is being made')")

    tell(folder, "desk")
    page.wait_for_selector(now("desk"))
    (folder / "asked.json").unlink()
    DeskSetting.objects.update(name="Bakery Jansen", is_demo=False)
    page.wait_for_selector("h1:has-text('Start our own desk')")


def test_in_dutch_and_in_the_hand_it_is_the_same(form, folder, root):
    root.language = "nl"
    root.save()
    phone = {"width": 390, "height": 844}
    page = form(viewport=phone, locale="nl")

    assert page.locator("h1").inner_text() == "Onze eigen desk beginnen"
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    # The places and one's own menu stay in one line beside the name.
    tops = [page.locator(one).bounding_box()["y"] for one in (".brand", ".me summary")]
    assert abs(tops[0] - tops[1]) < 20
    fill(page)
    page.wait_for_selector("h1:has-text('Jullie desk wordt gemaakt')")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_name_is_seen_in_the_hand_too_and_a_long_one_makes_room(
    page_of, root, live_server
):
    DeskSetting.objects.create(name="Bakkerij Jansen en zonen aan de overkant")
    page = page_of(root, viewport={"width": 390, "height": 844})
    page.goto(f"{live_server.url}/setup/")

    assert page.locator(".brand__name").bounding_box()["width"] > 50
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    tops = [page.locator(one).bounding_box()["y"] for one in (".brand", ".me summary")]
    assert abs(tops[0] - tops[1]) < 20


def test_nobody_types_into_a_form_that_has_not_been_filled(page_of, root, live_server):
    page = page_of(root)
    held = []
    page.route("**/api/v1/desk", lambda route: held.append(route))
    page.goto(f"{live_server.url}/setup/desk")
    form = page.locator("form[data-thing][aria-busy]").first
    form.wait_for()

    assert form.evaluate("form => form.inert")
    for one in held:
        one.continue_()
    page.wait_for_selector("form[data-thing]:not([aria-busy])")
    assert not page.locator("form[data-thing]").first.evaluate("form => form.inert")


def test_what_could_not_be_read_cannot_be_written_over(page_of, root, live_server):
    page = page_of(root)
    page.route("**/api/v1/desk", lambda route: route.abort())
    page.goto(f"{live_server.url}/setup/desk")
    page.wait_for_selector("form[data-thing]:not([aria-busy])", state="attached")

    assert page.locator("form[data-thing]").first.evaluate("form => form.inert")


def test_a_new_name_stands_on_the_page_at_once(page_of, root, live_server):
    page = page_of(root)
    page.goto(f"{live_server.url}/setup/desk")
    page.wait_for_selector("form[data-thing]:not([aria-busy])")
    page.locator('[data-path="name"] input').fill("Bakery Jansen")
    page.get_by_role("button", name="Keep").click()

    page.wait_for_selector(".brand >> text=Bakery Jansen")
    assert DeskSetting.objects.get().name == "Bakery Jansen"
