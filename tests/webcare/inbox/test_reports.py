"""Every report as a page: what it asks, the API answers, in the columns it names."""

from itertools import product

import pytest

from conversations.models import Channel
from webcare.actions.deciding import BY_PERSON
from webcare.actions.last_words import REASON as LAST_WORD
from webcare.actions.survey_answers import REASON as SCORE
from webcare.domain.engagement import Heard, decide
from webcare.domain.report_periods import Stretch
from webcare.inbox.report_pages import REPORTS
from webcare.models import Queue


@pytest.fixture
def lead(ada):
    """Ada leads everywhere, so that every report is hers to see."""
    ada.memberships.all().delete()
    ada.memberships.create(queue=None, role="lead")
    return ada


def figures_of(page):
    return page.context["figures"]


@pytest.mark.parametrize(("by", "head"), [("day", "Day"), ("queue", "Queue")])
def test_the_lines_of_a_table_are_headed_by_what_they_are(browser, lead, by, head):
    page = browser(lead).get(f"/reports/volume?by={by}&period=today")

    assert figures_of(page)["line"] == head


@pytest.mark.parametrize("slug", REPORTS)
def test_whatever_a_page_asks_the_api_answers(browser, lead, ticket, slug):
    client = browser(lead)
    for by in REPORTS[slug].by:
        page = client.get(f"/reports/{slug}?by={by}&period=today&compare=before")

        assert figures_of(page)["calls"]
        for call in figures_of(page)["calls"].values():
            answer = client.get(call)
            assert answer.status_code == 200, (call, answer.content)


@pytest.mark.parametrize("slug", REPORTS)
def test_every_column_of_a_page_is_in_the_lines(browser, lead, ticket, slug):
    client = browser(lead)
    figures = figures_of(client.get(f"/reports/{slug}?period=today"))
    answer = client.get(figures["calls"]["lines"]).json()
    lines = answer if isinstance(answer, list) else answer["results"]

    for line in lines:
        for path in [one["path"] for one in figures["columns"]] + [figures["key"]]:
            assert path.split(".")[0] in line


@pytest.mark.parametrize("slug", REPORTS)
def test_a_file_has_the_lines_of_the_page(browser, lead, ticket, slug):
    client = browser(lead)
    page = client.get(f"/reports/{slug}?period=today&queue=shop")

    for _, address in page.context["exports"]:
        assert client.get(address).status_code == 200
        assert address.startswith(figures_of(page)["calls"]["lines"])


def test_who_sees_no_reports_has_no_pages_of_them(browser, cas):
    assert browser(cas).get("/reports/").status_code == 403
    assert browser(cas).get("/reports/volume").status_code == 403


def test_figures_of_people_are_for_those_who_may_see_people(browser, ada, ticket):
    client = browser(ada)

    assert client.get("/reports/agents").status_code == 404
    assert b"/reports/agents" not in client.get("/reports/").content
    assert dict(client.get("/reports/volume").context["form"]["by"]).keys() == {
        "day",
        "",
        "week",
        "hour",
        "queue",
        "topic",
        "channel",
        "priority",
    }


def test_nobody_has_figures_of_people_where_the_organisation_wants_none(
    browser, lead, ticket, settings
):
    settings.AGENT_FIGURES = False

    assert browser(lead).get("/reports/agents").status_code == 404


@pytest.mark.parametrize("stretch", Stretch.values)
def test_what_means_nothing_is_as_if_it_was_not_asked(browser, lead, ticket, stretch):
    client = browser(lead)
    page = client.get(
        f"/reports/volume?period={stretch}&by=planet&clock=sun&first=x&last=9999-99-99"
    )

    assert page.context["asked"].by == "day"
    assert client.get(figures_of(page)["calls"]["lines"]).status_code == 200


def test_a_page_of_reports_asks_no_more_for_more_queues(
    browser, lead, ticket, statements
):
    client = browser(lead)
    client.get("/reports/volume")
    with statements() as few:
        client.get("/reports/volume")
    Queue.objects.bulk_create(
        Queue(slug=f"queue-{n}", name=f"Queue {n}") for n in range(30)
    )
    with statements() as many:
        client.get("/reports/volume")

    assert many() == few()


def test_every_reason_of_a_decision_is_said_in_words(browser, lead):
    cases = product(("engage", "listening"), *[(True, False)] * 3, ("", "gas", "smoke"))
    decided = {
        decide(Heard(mode, addressed, history, deleted, "", intent))[1]
        for mode, addressed, history, deleted, intent in cases
    }
    page = browser(lead).get("/reports/decisions")

    reasons = figures_of(page)["split_names"]["reason"]
    assert decided | {LAST_WORD, SCORE, BY_PERSON} <= reasons.keys()


def test_a_channel_is_called_by_its_name_though_a_reason_is_called_like_it(
    browser, lead
):
    Channel.objects.create(slug="danger", name="Danger line", secret="s")
    names = figures_of(browser(lead).get("/reports/decisions"))["split_names"]

    assert names["channel"]["danger"] == "Danger line"
    assert names["reason"]["danger"] == "speaks of danger"
