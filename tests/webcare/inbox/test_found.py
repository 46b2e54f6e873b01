"""Lists that are narrowed, searched and kept; their rights are those of every list."""

import pytest

from tests.webcare.inbox.conftest import said
from webcare.actions.tickets import claim_ticket
from webcare.actions.views import make_view
from webcare.models import Ticket, View


def numbers(page):
    return [shown.row.number for shown in page.context["rows"]]


def test_filters_of_the_api_narrow_the_page(browser, ada, ticket, make_ticket):
    other = make_ticket(author={"external_id": "o", "name": "Otto"})
    claim_ticket(ticket=other, user=ada)

    page = browser(ada).get("/?status=live&agent=me")

    assert numbers(page) == [other.pk]
    assert "Everything live" in said(page)


def test_a_chip_leads_to_the_list_without_it(browser, ada, ticket):
    page = browser(ada).get("/?status=live&agent=none")

    [status, agent] = page.context["chips"]
    assert (status.value, status.without) == ("Everything live", "agent=none")
    assert (agent.label, agent.value) == ("Agent", "Nobody")


@pytest.mark.parametrize(
    ("words", "told"),
    [('"geen stroom', "Sluit het aanhalingsteken"), ("foo:bar", "Op foo: kan niet")],
)
def test_what_is_wrong_with_words_is_said_in_the_language_of_who_wrote_them(
    browser, ada, words, told
):
    asked = {"accept-language": "nl"}
    page = browser(ada).get("/", {"q": words}, headers=asked)

    assert told in said(page)


def test_a_wrong_filter_is_said_and_shows_nothing(browser, ada, ticket):
    page = browser(ada).get("/?status=sideways")

    assert page.status_code == 200
    assert numbers(page) == []
    assert "Status:" in said(page)


def test_a_narrowed_list_goes_on_where_its_page_ended(
    browser, ada, make_ticket, monkeypatch
):
    made = [make_ticket(author={"external_id": f"a{n}"}).pk for n in range(3)]
    monkeypatch.setattr("webcare.inbox.found.PAGE", 2)
    client = browser(ada)

    first = client.get("/?status=live&order=opened")
    rest = client.get(f"/?status=live&order=opened&after={first.context['next']}")

    assert numbers(first) + numbers(rest) == made


def test_danger_is_on_top_of_a_narrowed_list_once(
    browser, ada, make_ticket, monkeypatch
):
    made = [make_ticket(author={"external_id": f"a{n}"}).pk for n in range(3)]
    danger = make_ticket(author={"external_id": "g"}).pk
    Ticket.objects.filter(pk=danger).update(is_danger=True)
    monkeypatch.setattr("webcare.inbox.found.PAGE", 2)
    client = browser(ada)

    pages = [client.get("/?status=live&order=opened")]
    while after := pages[-1].context["next"]:
        pages.append(client.get(f"/?status=live&order=opened&after={after}"))

    assert [number for page in pages for number in numbers(page)] == [danger, *made]
    assert danger not in numbers(client.get("/?status=live&danger=false"))
    assert numbers(client.get("/?status=resolved&topic=none")) == []


@pytest.mark.parametrize("after", ["x", "1.", ".x", "9" * 30, "1_2_nan_4", "1_2_x_4"])
@pytest.mark.parametrize("asked", ["status=live", "q=heating"])
def test_a_place_we_did_not_make_is_no_error(browser, ada, ticket, asked, after):
    assert browser(ada).get(f"/?{asked}&after={after}").status_code == 200


def test_words_are_found_and_marked(browser, ada, make_ticket, pump):
    found = make_ticket(text="My heating parcel is broken since Monday")
    make_ticket(text="Where is my parcel?", author={"external_id": "p"})
    pump()

    page = browser(ada).get("/?q=heating")

    assert numbers(page) == [found.pk]
    assert "<mark>heating</mark>" in page.content.decode()


def test_nothing_of_another_queue_is_found(browser, cas, ticket, pump):
    pump()
    client = browser(cas)

    assert numbers(client.get("/?status=live")) == []
    assert numbers(client.get("/?q=the")) == []


def test_a_kept_view_is_in_the_rail_with_its_count(browser, ada, ticket):
    view = make_view(
        user=ada,
        name="Mine alone",
        filters={"status": "live"},
        order="opened",
        audience=View.Audience.PRIVATE,
    )
    client = browser(ada)

    assert "Mine alone 1" in said(client.get("/kept"))
    page = client.get(f"/?saved={view.public_id}")
    assert numbers(page) == [ticket.pk]
    assert '<h1 class="one-line">Mine alone' in page.content.decode()


def test_anothers_private_view_is_not_there(browser, ada, bo, ticket):
    view = make_view(user=bo, name="Bo's", filters={"status": "live"})

    assert browser(ada).get(f"/?saved={view.public_id}").status_code == 404


def test_who_may_not_change_many_gets_no_boxes(browser, ada, ticket):
    assert "data-pick" in browser(ada).get("/").content.decode()


def test_only_what_can_be_kept_is_offered_to_be(browser, ada, ticket):
    """A view with words, or of one figure, is refused: neither is offered."""
    figure = "report=response-times&figure=n&from=2026-01-01T00:00:00Z"
    figure += "&to=2026-02-01T00:00:00Z&as_of=2026-02-01T00:00:00Z"
    offered = [
        "Keep as a view" in browser(ada).get("/", asked).content.decode()
        for asked in ({"status": "live"}, {"q": "parcel"}, {"counted": figure})
    ]
    assert offered == [True, False, False]
