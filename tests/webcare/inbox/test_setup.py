"""The set-up's pages: who may open them, and that they speak the API's language."""

import re

import pytest
from django.urls import Resolver404, resolve, reverse
from drf_spectacular.generators import SchemaGenerator

from webcare.domain.automation.definitions import LISTENED
from webcare.domain.policies import CONDITIONS
from webcare.inbox.setup.nouns import NOUNS
from webcare.inbox.setup.shapes import Listing
from webcare.inbox.setup.words import EVENTS

ID = "6b1f0a51-5a0c-4b1e-9f57-7f6a2f7c1d11"


def addresses(noun):
    yield noun.one
    yield noun.end.address if noun.end else ""
    yield noun.trial.address if noun.trial else ""
    yield noun.sheet.address if noun.sheet else ""
    for part in filter(None, (noun.listing, *noun.parts)):
        yield part.address
        if isinstance(part, Listing):
            yield part.order
            yield from (act.address for act in part.acts)
            if part.add:
                yield part.add.address
                yield part.add.otherwise


@pytest.mark.parametrize("slug", NOUNS)
def test_every_address_is_one_of_the_api(slug):
    unknown = []
    for address in filter(None, addresses(NOUNS[slug])):
        numbered = address.replace("{version}", "1")
        numbered = numbered.replace("examples/{row}", "examples/1")
        path = "/api/v1/" + re.sub(r"\{[\w.]+\}", ID, numbered)
        try:
            resolve(path)
        except Resolver404:
            unknown.append(address)

    assert unknown == []


@pytest.fixture(scope="module")
def asked():
    """What the API asks for: (method, address) -> names of a body's members."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    parts = schema["components"]["schemas"]
    found = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {})
            shape = body.get("application/json", {}).get("schema", {})
            name = shape.get("$ref", "").rpartition("/")[2]
            key = re.sub(r"\{\w+\}", "*", path.removeprefix("/api/v1/"))
            found[method, key] = set(parts.get(name, {}).get("properties", {}))
    return found


@pytest.mark.parametrize("slug", [slug for slug in NOUNS if NOUNS[slug].fields])
def test_every_question_is_one_that_the_api_asks(slug, asked):
    noun = NOUNS[slug]
    forms = [("add", "post", noun.listing.address), ("edit", "patch", noun.one)]
    for mode, method, address in forms:
        if not address:
            continue
        names = {
            field.name.split(".")[0]
            for field in noun.fields
            if field.when in ("", mode)
        }
        assert names <= asked[method, address.replace("{id}", "*")]


@pytest.mark.parametrize("slug", [slug for slug in NOUNS if NOUNS[slug].one])
def test_the_form_of_one_thing_is_filled_by_the_api(slug, asked):
    assert ("get", NOUNS[slug].one.replace("{id}", "*")) in asked


@pytest.mark.parametrize("slug", [slug for slug in NOUNS if NOUNS[slug].sheet])
def test_every_question_of_a_sheet_is_one_that_the_api_asks(slug, asked):
    sheet = NOUNS[slug].sheet

    names = {field.name.split(".")[0] for field in sheet.fields}

    assert names <= asked[sheet.method.lower(), sheet.address]


def test_a_promise_asks_for_conditions_that_there_are():
    asked = {
        field.name.removeprefix("conditions.")
        for field in NOUNS["policies"].fields
        if field.name.startswith("conditions.")
    }

    assert asked == set(CONDITIONS)


def test_every_event_of_a_rule_can_be_chosen():
    assert {name for name, _label in EVENTS} == set(LISTENED)


@pytest.mark.parametrize("slug", NOUNS)
def test_an_administrator_opens_every_page(browser, root, slug):
    noun, client = NOUNS[slug], browser(root)

    assert client.get(f"/setup/{slug}").status_code == 200
    assert client.get(f"/setup/{slug}/+new").status_code == (
        200 if noun.fields else 404
    )
    assert client.get(f"/setup/{slug}/some").status_code == 404


@pytest.mark.parametrize(
    ("noun", "known", "unknown"),
    [
        ("queues", "shop", "nowhere"),
        ("topics", "delivery", "nothing"),
        ("people", "{root}", ID),
    ],
)
def test_the_page_of_a_thing_is_there_as_the_thing_is(
    browser, root, shop, delivery_topic, noun, known, unknown
):
    """As the API says, which fills it; around what is not there stands the set-up."""
    client = browser(root)
    there = client.get(f"/setup/{noun}/{known.format(root=root.public_id)}")
    gone = client.get(f"/setup/{noun}/{unknown}", headers={"accept": "text/html"})

    assert (there.status_code, gone.status_code) == (200, 404)
    assert f'href="/setup/{noun}"' in gone.content.decode()


def test_a_thing_may_be_called_like_the_form_for_another():
    for name in ("new", "add", "imports"):
        page = resolve(reverse("inbox:setup-thing", args=["topics", name]))

        assert (page.url_name, page.kwargs["thing"]) == ("setup-thing", name)


def test_an_agent_sets_up_what_is_their_own(browser, ada):
    client = browser(ada)
    opened = {slug for slug in NOUNS if client.get(f"/setup/{slug}").status_code == 200}

    assert opened == {"macros", "views", "topics"}
    assert client.get("/setup/queues/+new").status_code == 403
    assert client.get("/setup/queues/shop").status_code == 403
    page = client.get("/setup/").content.decode()
    assert "/setup/macros" in page
    assert "/setup/tokens" not in page


def test_somebody_without_a_role_sees_no_set_up(browser, cas):
    assert browser(cas).get("/setup/").status_code == 403
    assert browser(cas).get("/setup/macros").status_code == 403


def test_there_is_no_page_of_what_there_is_not(browser, root):
    assert browser(root).get("/setup/nothing").status_code == 404


def test_pages_are_dutch_for_who_asks(browser, root):
    root.language = "nl"
    root.save(update_fields=["language"])
    client = browser(root)
    page = client.get("/setup/queues/+new", headers={"accept-language": "nl"})

    assert "Wachtrij toevoegen" in page.content.decode()


def test_what_a_new_desk_lacks_stands_first_until_it_is_there(
    browser, root, ada, shop, delivery_topic
):
    page = browser(root).get("/setup/")
    done = {slug: is_done for slug, _what, _why, is_done in page.context["steps"]}

    assert done == {
        "calendars": False,
        "topics": True,
        "channels": True,
        "imports": False,
        "people": True,
    }
    assert browser(ada).get("/setup/").context["steps"] == []
