import json
import re
from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.utils import timezone

from conversations.models import Message, Mode, Work
from demo import day
from demo.history import local_midnight
from demo.models import DemoDesk
from demo.organisation import make_demo
from tests.emptying import empty_tables
from webcare.domain.permissions import Permission
from webcare.models import (
    DeskSetting,
    Queue,
    Ticket,
    Topic,
    TopicExample,
    TopicModel,
    Turn,
    User,
)
from webcare.queries.people import may
from webcare.queries.tokens import feeder_of, holder_of

ENGLISH = "en"


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo desk, made once and taken away again.

    As it was at nine last night, when danger had been heard where it only listens.
    """
    with django_db_blocker.unblock():
        yield make_demo(local_midnight(timezone.now()) - timedelta(hours=3))
        # What is kept in a process by its number stays true: numbers go on.
        empty_tables()


def test_its_clocks_and_facts_are_what_its_log_says(demo):
    said = StringIO()
    call_command("check_clocks", "--all", stdout=said)
    call_command("rebuild_facts", stdout=said)

    assert "0 clocks differ from their log" in said.getvalue()
    assert ": 0 rows" in said.getvalue()


def test_a_day_is_long_varied_and_mostly_dutch():
    said = day.day()
    texts = [one.message.get("text", "") for one in said]
    english = sum(one.language == ENGLISH for one in said) / len(said)

    assert len(said) >= 360
    assert len(set(texts)) > 0.98 * len(texts)
    assert 0.2 < english < 0.3
    assert [one.at for one in said] == sorted(one.at for one in said)


def test_the_power_cut_is_the_loudest_hour_of_the_day():
    hours = Counter(one.at // 3_600 for one in day.day())

    assert hours.most_common(1)[0][0] == 20
    assert hours[20] > 2 * hours[19] + 2 * hours[21]


def test_what_goes_on_about_something_comes_after_it():
    there = set()
    for said in day.day():
        assert said.needs is None or said.needs in there, said
        there.add(said.id)


def test_every_label_is_a_topic_with_examples_and_an_answer():
    topics = {one["slug"] for one in day.words("organisation")["topics"]}
    labels = {said.topic for said in day.day()} - {""}
    taught = Counter(topic for topic, _ in day.examples())

    assert labels <= topics
    assert set(taught) == labels
    assert min(taught.values()) >= 12
    assert labels - {"spam"} <= set(day.words("answers"))


def test_no_example_is_a_message_of_the_day():
    said = {one.message.get("text", "").casefold() for one in day.day()}

    assert not said & {text.casefold() for _, text in day.examples()}


def test_every_answer_fits_into_the_shortest_channel():
    answers = [text for both in day.words("answers").values() for text in both.values()]
    limits = [one["text_limit"] for one in day.words("organisation")["channels"]]

    assert max(map(len, answers)) <= min(limits) - len(" ^AB")


def test_the_desk_is_complete(demo):
    assert {one["mode"] for one in demo.channels} == {Mode.ENGAGE, Mode.LISTENING}
    assert demo.channels[0]["mode"] == Mode.ENGAGE
    assert Queue.objects.filter(is_triage=True).count() == 1
    assert TopicModel.objects.get().state == TopicModel.State.PUBLISHED
    assert TopicExample.objects.count() == len(day.examples())
    assert Topic.objects.filter(is_danger=True).get().slug == "gevaar"


def test_the_login_and_the_token_open_it(demo):
    visitor = User.objects.get(username=demo.login["username"])

    assert visitor.check_password(demo.login["password"])
    assert may(visitor, Permission.SET_UP)
    assert holder_of(demo.token).user == visitor
    assert feeder_of(demo.token, demo.channels[0]["slug"]).may_feed


def test_the_desk_has_a_past(demo):
    statuses = Counter(Ticket.objects.values_list("status", flat=True))
    outcomes = Counter(Turn.objects.values_list("outcome", flat=True))

    assert statuses["resolved"] > statuses["new"] + statuses["open"] > 0
    assert outcomes["answered"] > outcomes["waiting"]
    # Agents whose hands became free are offered more once all of it is committed.
    assert set(Work.objects.values_list("stage", flat=True)) <= {"assign"}
    assert Message.objects.latest("posted_at").posted_at <= timezone.now()


def test_people_waited_minutes_in_the_past_not_days(demo):
    waits = Turn.objects.filter(outcome="answered").values_list(
        "calendar_seconds", flat=True
    )

    assert max(waits) < 4 * 3_600
    assert Ticket.objects.filter(
        status="resolved", resolved_at__lt=timezone.now() - timedelta(hours=1)
    ).exists()


def test_who_wrote_again_after_our_answer_waited_again(demo):
    assert Turn.objects.filter(number=2).exists()


def test_what_was_only_heard_is_no_ticket(demo):
    heard = Message.objects.filter(channel__mode=Mode.LISTENING)
    tickets = Ticket.objects.filter(channel__mode=Mode.LISTENING, is_danger=False)

    assert heard.exists()
    assert not tickets.exists()


def test_nobody_is_left_to_answer_where_the_desk_only_listens(demo):
    only_heard = Ticket.objects.filter(channel__mode=Mode.LISTENING)
    assert set(only_heard.values_list("resolution", flat=True)) == {"passed_on"}


def test_work_is_spread_over_the_queues(demo):
    queues = Ticket.objects.values("queue__slug").annotate(count=Count("id"))
    spread = {row["queue__slug"]: row["count"] for row in queues}

    assert None not in spread
    assert spread["triage"] < 0.6 * sum(spread.values())


def test_making_it_again_changes_nothing(demo):
    before = [Ticket.objects.count(), Message.objects.count(), User.objects.count()]

    assert make_demo() == demo
    assert before == [
        Ticket.objects.count(),
        Message.objects.count(),
        User.objects.count(),
    ]


def test_the_command_prints_what_opens_it(demo):
    out, spoken = StringIO(), StringIO()

    call_command("demo", "--json", stdout=out)
    call_command("demo", stdout=spoken)

    assert json.loads(out.getvalue()) == demo._asdict()
    assert re.search(r"Sign in as demo with \S+", spoken.getvalue())


def test_a_desk_of_somebodys_own_is_left_alone(shop):
    with pytest.raises(CommandError, match="already"):
        call_command("demo")

    assert not DemoDesk.objects.exists()


@pytest.mark.django_db
def test_it_stays_out_of_a_desk_that_has_only_begun():
    """Nothing is in it yet but its name."""
    DeskSetting.objects.create(name="Bakery Jansen")
    said = StringIO()

    with pytest.raises(CommandError, match="already"):
        call_command("demo")
    call_command("demo", "--json", "--unless-own", stdout=said)

    assert said.getvalue().strip() == "{}"
    assert not User.objects.exists()
    with pytest.raises(CommandError, match="stays"):
        call_command("demo", "--drop")


def test_it_says_whose_desk_it_is(demo):
    named = DeskSetting.objects.get()

    assert (named.name, named.is_demo) == ("Kabelwijk", True)
