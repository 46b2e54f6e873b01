"""Reports as people see them: figures, chart, table, and the tickets behind them."""

import os
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from webcare.models import Clock, Ticket, Turn

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


def just_now():
    """An hour ago may have been yesterday, and the reports are of today, up to the
    second in which the page was asked for."""
    return timezone.now() - timedelta(seconds=2)


@pytest.fixture
def ticket(make_ticket):
    return make_ticket(posted_at=just_now().isoformat())


def shown(page, address):
    page.goto(address)
    page.wait_for_selector("#report[aria-busy=false]")


def test_a_report_has_figures_a_chart_and_a_table(page_of, ada, ticket, live_server):
    page = page_of(ada)
    shown(page, f"{live_server.url}/reports/volume?period=today&by=hour")

    tiles = page.locator(".tile").all_inner_texts()
    assert "1" in next(one for one in tiles if "Tickets opened" in one)
    chart = page.locator("[data-chart-place]")
    assert "Tickets opened" in chart.get_attribute("aria-label")
    assert chart.locator("canvas").count() == 1
    # The legend of the chart is a table as well.
    assert page.locator("tbody").last.locator("tr").count() == 1


def test_a_moment_is_that_of_the_desk_wherever_it_is_read(
    page_of, ada, ticket, live_server
):
    page = page_of(ada, timezone_id="Pacific/Auckland")
    shown(page, f"{live_server.url}/reports/volume?period=today")

    said = page.locator("[data-as-of-place]").inner_text()
    known = timezone.now().astimezone(ZoneInfo("Europe/Amsterdam"))
    assert f" {known:%H}:" in said or f" {known - timedelta(hours=1):%H}:" in said


def test_a_line_leads_to_the_tickets_behind_it(page_of, ada, ticket, live_server):
    page = page_of(ada)
    shown(page, f"{live_server.url}/reports/volume?period=today&by=queue")

    page.locator("tbody th a").first.click()

    page.wait_for_selector(f"#t-{ticket.pk}")
    assert page.locator("#rows > li").count() == 1


def test_a_figure_leads_to_the_tickets_that_it_counts(
    page_of, ada, make_ticket, live_server
):
    now = just_now().isoformat()
    old, new = (
        make_ticket(author={"external_id": one}, posted_at=now)
        for one in ("old", "new")
    )
    long_ago = timezone.now() - timedelta(days=10)
    Ticket.objects.filter(pk=old.pk).update(opened_at=long_ago)
    page = page_of(ada)
    for address, said in (
        ("response-times?period=today&by=queue", 2),
        ("response-times?period=today&by=", 2),
        ("backlog?period=today&by=queue", 2),
    ):
        shown(page, f"{live_server.url}/reports/{address}")
        page.locator("tbody td a").first.click()
        page.wait_for_selector(f"#t-{new.pk}")
        assert page.locator("#rows > li").count() == said
    shown(page, f"{live_server.url}/reports/backlog?period=today&by=queue")
    counted = page.locator("tbody td a").all()
    assert [one.inner_text() for one in counted] == ["2", "1", "1"]
    counted[1].click()
    page.wait_for_selector(f"#t-{new.pk}")
    assert page.locator("#rows > li").count() == 1


def test_another_question_is_asked_by_keyboard(page_of, ada, ticket, live_server):
    page = page_of(ada)
    shown(page, f"{live_server.url}/reports/volume?period=today")
    page.focus("select[name=by]")
    page.keyboard.type("Channel")
    page.wait_for_url("**by=channel**")
    page.wait_for_selector(".bars li")

    page.focus("[name=compare]")
    page.keyboard.press("Space")
    page.wait_for_url("**compare=before**")
    page.wait_for_selector(".tile__before")
    assert "before: 0" in page.locator(".tile__before").first.inner_text()


def test_a_file_is_asked_as_of_the_same_moment(page_of, ada, ticket, live_server):
    page = page_of(ada)
    shown(page, f"{live_server.url}/reports/response-times?period=today")
    page.wait_for_selector("text=As known on")

    assert "as_of=" in page.get_attribute("[data-export]", "href")


def test_a_definition_is_one_click_away(page_of, ada, ticket, live_server):
    page = page_of(ada)
    shown(page, f"{live_server.url}/reports/service-level?period=today")
    page.get_by_text("Definition").click()

    assert page.get_by_text("Kept, of kept and broken.").is_visible()


def test_reports_are_said_in_dutch_and_fit_a_phone(
    page_of, in_dutch, ada, ticket, live_server
):
    page = in_dutch(page_of(ada, viewport=PHONE))
    shown(page, f"{live_server.url}/reports/response-times?period=today&by=queue")

    assert page.locator("h1").inner_text() == "Reactietijden"
    assert page.locator(".tile >> text=Wacht nog").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_each_length_and_each_count_leads_to_its_own_tickets(
    page_of, ada, make_ticket, live_server
):
    """Of two days ago, whatever the hour is: one was answered, the other waits."""
    asked_at = timezone.now() - timedelta(days=2)
    answered, _ = (
        make_ticket(author={"external_id": one}, posted_at=asked_at.isoformat())
        for one in ("a", "b")
    )
    turn = Turn.objects.filter(ticket=answered)
    turn.update(
        outcome="answered",
        ended_at=asked_at + timedelta(seconds=1),
        calendar_seconds=1,
        business_seconds=1,
        answered_by=ada,
        queue=answered.queue,
    )
    page = page_of(ada)
    for link in ("[data-lengths-place] a", "tbody td:nth-child(2) a"):
        address = "reports/response-times?period=last_7_days&by="
        shown(page, f"{live_server.url}/{address}")
        page.locator(link).first.click()
        page.wait_for_selector(f"#t-{answered.pk}")
        expected = 1 if "lengths" in link else 2
        assert page.locator("#rows > li").count() == expected
        assert page.get_by_text("Counted in").is_visible()


def test_a_share_leads_to_the_tickets_that_it_counts(
    page_of, ada, make_ticket, live_server
):
    """Of two messages one was answered; both needed it."""
    now = just_now().isoformat()
    answered, _ = (
        make_ticket(author={"external_id": one}, posted_at=now) for one in ("a", "b")
    )
    Turn.objects.filter(ticket=answered).update(
        outcome="answered",
        ended_at=timezone.now(),
        calendar_seconds=1,
        business_seconds=1,
        queue=answered.queue,
    )
    page = page_of(ada)
    for column, expected in ((2, 1), (3, 2)):
        shown(page, f"{live_server.url}/reports/response-rate?period=today&by=")
        page.locator(f"tbody td:nth-child({column}) a").click()
        page.wait_for_selector(f"#t-{answered.pk}")
        assert page.locator("#rows > li").count() == expected
        assert page.get_by_text("Response rate: ").is_visible()


def test_promises_kept_are_one_click_from_their_share(
    page_of, ada, make_ticket, live_server
):
    kept, _ = (
        make_ticket(author={"external_id": one}, posted_at=just_now().isoformat())
        for one in ("a", "b")
    )
    now = timezone.now()
    clocks = Clock.objects.filter(ticket=kept, promise="first_response")
    assert clocks.update(stopped_at=now)
    Turn.objects.filter(ticket=kept).update(
        outcome="answered",
        ended_at=now,
        calendar_seconds=1,
        business_seconds=1,
        queue=kept.queue,
    )
    page = page_of(ada)
    shown(page, f"{live_server.url}/reports/service-level?period=today&by=")
    page.locator("tbody td:nth-child(2) a").first.click()
    page.wait_for_selector(f"#t-{kept.pk}")
    assert page.locator("#rows > li").count() == 1
    assert page.get_by_text("Kept, in number").is_visible()


def test_what_an_agent_did_leads_to_its_tickets(
    page_of, lena, ada, make_ticket, live_server
):
    now = just_now()
    answered, _ = (make_ticket(author={"external_id": one}) for one in ("a", "b"))
    Turn.objects.filter(ticket=answered).update(
        started_at=now,
        outcome="answered",
        ended_at=now,
        calendar_seconds=1,
        business_seconds=1,
        answered_by=ada,
        queue=answered.queue,
    )
    page = page_of(lena)
    shown(page, f"{live_server.url}/reports/agents?period=today")
    page.locator("tbody td a").first.click()
    page.wait_for_selector(f"#t-{answered.pk}")
    assert page.locator("#rows > li").count() == 1
    assert page.get_by_text("Agents: Answered").is_visible()


def test_messages_in_tickets_lead_there_and_all_that_was_heard_leads_nowhere(
    page_of, ada, ticket, live_server
):
    page = page_of(ada)
    shown(page, f"{live_server.url}/reports/volume?period=today&by=")

    assert page.locator("tbody td:nth-child(2) a").count() == 0
    page.locator("tbody td:nth-child(3) a").click()
    page.wait_for_selector(f"#t-{ticket.pk}")
    assert page.get_by_text("Volume: Of those, in tickets").is_visible()
