"""Satisfaction is a share of answers, and says of whom nothing is known."""

from collections import Counter, defaultdict
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from webcare.models import Survey, Topic

pytestmark = pytest.mark.django_db
PATH = "/api/v1/reports/satisfaction"
NOW = timezone.now()


@pytest.fixture
def survey(ticket, shop_queue, ada):
    """Makes what became of asking about one end; every author is asked once."""
    events = iter(range(1, 1_000))

    def make(score=None, state="answered", count=1, **fields):
        for _ in range(count):
            number = next(events)
            at = NOW - timedelta(days=1)
            asked = {}
            if state in {"asked", "answered", "expired"}:
                begin = at - timedelta(days=31 * number)
                asked = {"asked_at": begin, "rests_until": begin + timedelta(days=30)}
            if score:
                asked |= {"score": score, "answered_at": at}
            Survey.objects.create(
                **{
                    "ticket": ticket,
                    "event_id": number,
                    "ended_at": at,
                    "author": ticket.author,
                    "channel": ticket.channel,
                    "queue": shop_queue,
                    "agent": ada,
                    "priority": "normal",
                    "language": "nl",
                    "due_at": at,
                    "state": state,
                }
                | asked
                | fields
            )

    return make


@pytest.fixture
def report(as_client, lena, settle):
    def ask(user=lena, **parameters):
        settle()
        answer = as_client(user).get(PATH, parameters)
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]

    return ask


def test_satisfied_of_answered_with_all_that_is_known(survey, report):
    survey(5, count=6)
    survey(4, count=2)
    survey(1, count=2)
    survey(state="expired", count=10)
    survey(state="skipped", reason="no_private_way", count=4)
    survey(state="waiting")

    [line] = report()
    assert (line["answered"], line["satisfied"], line["share"]) == (10, 8, 0.8)
    assert line["interval"] == {"low": 0.4902, "high": 0.9433}
    assert line["scores"] == {"1": 2, "2": 0, "3": 0, "4": 2, "5": 6}
    assert (line["asked"], line["response_rate"], line["resolved"]) == (20, 0.5, 25)
    assert (line["waiting"], line["not_asked"]["no_private_way"]) == (1, 4)
    assert (line["is_small"], line["is_withheld"]) == (True, False)


def test_the_whole_is_counted_anew_and_no_average_of_its_parts(
    survey, report, power_queue, root
):
    survey(5, count=5)
    survey(1, count=20, queue=power_queue)

    parts = [line["share"] for line in report(root, by="queue")]
    [whole] = report(root)
    assert (sorted(parts), whole["share"]) == ([0.0, 1.0], 0.2)


def test_of_fewer_than_five_answers_only_their_number_is_told(survey, report):
    survey(1, count=4)

    [line] = report(by="agent")
    assert (line["answered"], line["is_withheld"]) == (4, True)
    assert (line["share"], line["satisfied"]) == (None, None)
    assert set(line["scores"].values()) == {None}


@pytest.mark.parametrize(
    ("by", "key"),
    [
        ("queue", "shop"),
        ("topic", "delivery"),
        ("channel", "x-shop"),
        ("priority", "normal"),
        ("day", None),
        ("week", None),
        ("hour", None),
        ("agent", None),
    ],
)
def test_it_is_told_by_whatever_it_was_at_the_end(survey, report, by, key):
    survey(5, count=5, topic=Topic.objects.get())

    [line] = report(by=by)
    assert (line["answered"], line["key"] == key or key is None) == (5, True)
    assert line["key"]


def test_one_sees_the_queues_whose_reports_one_may_see(
    survey, report, power_queue, ada, root, as_client, cas
):
    survey(5, count=5)
    survey(5, count=7, queue=power_queue)

    assert [line["answered"] for line in report(ada)] == [5]
    assert [line["answered"] for line in report(root)] == [12]
    assert as_client(cas).get(PATH).status_code == 403


def test_it_is_told_of_one_queue_topic_or_channel(
    survey, report, power_queue, root, as_client, delivery_topic
):
    below = Topic.objects.create(slug="late", name="Late", parent=delivery_topic)
    survey(5, count=5, topic=below)
    survey(1, count=6, queue=power_queue)

    def answered(**only):
        return [line["answered"] for line in report(root, **only)]

    assert answered(queue="power") == [6]
    assert answered(topic="delivery") == [5]
    assert answered(channel="x-shop") == [11]
    assert as_client(root).get(PATH, {"queue": "nowhere"}).status_code == 422


def test_figures_of_people_are_for_who_may_see_people(survey, as_client, ada, lena):
    survey(5)

    assert as_client(ada).get(PATH, {"by": "agent"}).status_code == 403
    assert as_client(lena).get(PATH, {"by": "agent"}).status_code == 200


def test_a_period_has_its_ends_counted_at_its_start_alone(survey, report):
    survey(5, count=5)
    end = (NOW - timedelta(days=1)).isoformat()
    start = (NOW - timedelta(days=3)).isoformat()

    assert report(**{"from": start, "to": end}) == []
    [line] = report(**{"from": end})
    assert line["answered"] == 5


def test_it_is_a_table_and_lines_too(survey, as_client, lena):
    survey(5, count=5, topic=Topic.objects.create(slug="-x", name="X"))
    client = as_client(lena)

    table = client.get(PATH, {"by": "topic", "format": "csv"})
    head, row = table.content.decode().splitlines()
    assert head.startswith("key,answered,satisfied,share,interval_low,interval_high,")
    assert row.startswith("'-x,5,5,1.0,")
    lines = client.get(PATH, {"by": "topic", "format": "jsonl"})
    assert lines.headers["Content-Type"] == "application/jsonl"
    assert lines.content.count(b"\n") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"by": "mood"},
        {"format": "xml"},
        {"from": "2026-01-01T00:00:00Z", "to": "2020-01-01T00:00:00Z"},
    ],
)
def test_what_cannot_be_asked_is_refused(as_client, lena, wrong):
    assert as_client(lena).get(PATH, wrong).status_code == 422


def test_the_number_of_statements_does_not_grow(
    survey, as_client, lena, django_assert_max_num_queries
):
    survey(5, count=30)
    client = as_client(lena)
    client.get(PATH)

    with django_assert_max_num_queries(4):
        client.get(PATH, {"by": "day"})


@pytest.mark.parametrize("by", ["", "queue", "day"])
@pytest.mark.parametrize("seed", range(2))
def test_by_event_each_is_counted_when_it_happened(
    survey, report, root, power_queue, shop_queue, seed, by
):
    """Against one survey after the other: half are of before the period, or after."""
    chance = Random(seed)
    start, end = NOW - timedelta(days=4), NOW - timedelta(days=2)
    for _ in range(60):
        ended = NOW - timedelta(hours=chance.randrange(200))
        survey(
            chance.choice([1, 2, 3, 4, 5]),
            ended_at=ended,
            answered_at=ended + timedelta(hours=chance.randrange(80)),
            queue=chance.choice([shop_queue, power_queue]),
        )
    survey(state="skipped", reason="no_private_way", ended_at=start)
    survey(state="waiting", ended_at=start + timedelta(hours=1))
    # In the period begins and ends the time in which some authors are asked no more.
    asked = Survey.objects.filter(state="answered").order_by("-asked_at").first()
    Survey.objects.filter(pk=asked.pk).update(
        asked_at=start, rests_until=start + timedelta(days=30)
    )

    period = {"from": start.isoformat(), "to": end.isoformat()}
    lines = report(root, view="event", **period, **({"by": by} if by else {}))

    wanted = defaultdict(Counter)
    for one in Survey.objects.select_related("queue"):
        for moment, counts in (
            (one.ended_at, {"resolved": 1, "waiting": one.state == "waiting"}),
            (one.asked_at, {"asked": 1}),
            (one.answered_at, {"answered": 1, "satisfied": (one.score or 0) >= 4}),
        ):
            if moment and start <= moment < end:
                local = moment.astimezone(ZoneInfo("Europe/Amsterdam"))
                key = {"": None, "queue": one.queue.slug, "day": f"{local:%Y-%m-%d}"}
                wanted[key[by]].update(counts)
    assert {line["key"] for line in lines} == wanted.keys()
    for line in lines:
        found = wanted[line["key"]]
        withheld = found["answered"] < 5
        assert line["satisfied"] == (None if withheld else found["satisfied"])
        assert line["response_rate"] is None
        for name in ("resolved", "waiting", "asked", "answered"):
            assert line[name] == found[name]
