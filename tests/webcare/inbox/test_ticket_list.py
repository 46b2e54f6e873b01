from datetime import timedelta

import pytest
from django.utils import timezone

from webcare.actions.replies import send_reply
from webcare.actions.tickets import claim_ticket, resolve_ticket
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Resolution
from webcare.models import Topic, TopicRule
from webcare.queries import inbox


def numbers(page) -> list[int]:
    return [shown.row.number for shown in page.context["rows"]]


@pytest.fixture
def danger(db):
    topic = Topic.objects.create(slug="danger", name="Danger", is_danger=True)
    TopicRule.objects.create(topic=topic, kind="word", pattern="fire")


def minutes_ago(minutes: int) -> str:
    return (timezone.now() - timedelta(minutes=minutes)).isoformat()


def test_danger_comes_first_then_who_waits_longest(
    browser, lena, make_ticket, danger, answered, triage_queue
):
    young = make_ticket(posted_at=minutes_ago(5))
    old = make_ticket(posted_at=minutes_ago(50))
    fire = make_ticket(text="My parcel is on fire", posted_at=minutes_ago(1))
    kept = make_ticket(posted_at=minutes_ago(90))
    answered(
        send_reply(ticket=kept, user=lena, text="Hi", client_key="k", then=Status.OPEN)
    )

    page = browser(lena).get("/?view=all")

    assert numbers(page) == [fire.pk, old.pk, young.pk, kept.pk]


def test_each_view_shows_its_own(browser, ada, bo, make_ticket):
    mine, theirs, free, parked, done = (make_ticket() for _ in range(5))
    claim_ticket(ticket=mine, user=ada)
    claim_ticket(ticket=theirs, user=bo)
    send_reply(ticket=parked, user=ada, text="Hi", client_key="k")
    resolve_ticket(ticket=done, user=ada, outcome=Resolution.SPAM)
    client = browser(ada)

    shown = {
        view: numbers(client.get(f"/?view={view}"))
        for view in ("mine", "unassigned", "all", "parked", "resolved")
    }

    assert shown == {
        "mine": [mine.pk],
        "unassigned": [free.pk],
        "all": [mine.pk, theirs.pk, free.pk],
        "parked": [parked.pk],
        "resolved": [done.pk],
    }


def test_the_rail_counts_what_waits(browser, ada, make_ticket, power_queue):
    claim_ticket(ticket=make_ticket(), user=ada)
    make_ticket()

    desk = browser(ada).get("/").context["desk"]

    assert desk.views == {"mine": 1, "unassigned": 1, "all": 2, "parked": 0}
    assert [(queue.slug, queue.waiting) for queue in desk.queues] == [("shop", 2)]


def test_counting_ends_at_its_cap(browser, ada, make_ticket, monkeypatch):
    monkeypatch.setattr(inbox, "COUNTED", 2)
    for _ in range(3):
        make_ticket()

    assert browser(ada).get("/").context["desk"].views["all"] == 2


def test_pages_go_on_where_the_last_one_ended(
    browser, lena, make_ticket, danger, monkeypatch, answered
):
    monkeypatch.setattr(inbox, "PAGE", 2)
    waiting = [make_ticket(posted_at=minutes_ago(50 - n)) for n in range(4)]
    fire = make_ticket(text="A parcel on fire", posted_at=minutes_ago(1))
    kept = make_ticket(posted_at=minutes_ago(90))
    answered(
        send_reply(ticket=kept, user=lena, text="Hi", client_key="k", then=Status.OPEN)
    )
    client = browser(lena)

    seen, address = [], "/?view=all"
    while address:
        page = client.get(address)
        seen += numbers(page)
        following = page.context["next"]
        address = f"/?view=all&after={following}" if following else ""

    assert seen == [fire.pk, *(ticket.pk for ticket in waiting), kept.pk]


@pytest.mark.parametrize(
    "after", ["x", "9.1.1", "0.0", "1.99999999999999999999.1", "1.1.٣", "-1.1.1"]
)
def test_a_cursor_we_did_not_make_is_the_first_page(browser, ada, ticket, after):
    assert numbers(browser(ada).get("/", {"after": after})) == [ticket.pk]


def test_a_list_of_ten_costs_what_a_list_of_one_does(
    browser, ada, make_ticket, statements
):
    client = browser(ada)
    make_ticket()
    with statements() as one:
        client.get("/?view=all")
    for _ in range(9):
        make_ticket()
    with statements() as ten:
        assert len(numbers(client.get("/?view=all"))) == 10

    assert one() == ten() == 3


def test_looking_for_news_costs_three_statements_and_no_body(
    browser, ada, ticket, statements
):
    client = browser(ada)
    tag = client.get("/").context["tag"]

    with statements() as count:
        answer = client.get("/live", {"shown": tag})

    assert answer.status_code == 204
    assert count() == 3


def test_a_change_is_news(browser, ada, ticket):
    client = browser(ada)
    tag = client.get("/").context["tag"]
    claim_ticket(ticket=ticket, user=ada)

    answer = client.get("/live", {"shown": tag})

    assert answer.status_code == 200
    assert answer.context["tag"] != tag


def test_a_clock_is_green_then_amber_then_red(browser, ada, make_ticket):
    make_ticket(posted_at=minutes_ago(5))
    make_ticket(posted_at=minutes_ago(50))
    make_ticket(posted_at=minutes_ago(61))

    rows = browser(ada).get("/").context["rows"]

    assert [str(row.clock.look.word) for row in rows] == [
        "Late",
        "Nearly due",
        "In time",
    ]


def test_an_unknown_view_is_all(browser, ada, ticket):
    assert numbers(browser(ada).get("/?view=nonsense&queue=")) == [ticket.pk]


def test_a_queue_one_is_not_in_shows_nothing(browser, ada, ticket, power_queue):
    assert numbers(browser(ada).get("/?queue=power")) == []


def test_the_most_pressing_ticket_is_one_click_away(browser, ada, make_ticket):
    make_ticket(posted_at=minutes_ago(5))
    old = make_ticket(posted_at=minutes_ago(50))

    assert browser(ada).get("/next").url == f"/tickets/{old.public_id}"
