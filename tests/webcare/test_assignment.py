"""Work is handed to who is present, has room and speaks the language."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from conversations.actions.batches import drain, enqueue
from conversations.models import Work
from webcare.actions import assignment
from webcare.actions.parking import park_ticket, snooze_ticket
from webcare.actions.replies import send_reply
from webcare.actions.tickets import resolve_ticket
from webcare.domain.assignment import Offer, Person, Seat, choose
from webcare.domain.lifecycle import Status
from webcare.models import Presence, RequiredSkill, Skill, Ticket

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def handing_out(shop_queue):
    shop_queue.handout = "push"
    shop_queue.save()
    return shop_queue


def arrive(*people, state="present", seen_at=None):
    for person in people:
        Presence.objects.update_or_create(
            user=person,
            defaults={"state": state, "seen_at": seen_at or timezone.now()},
        )


def test_a_ticket_goes_to_somebody_present_and_says_why(handing_out, ada, make_ticket):
    arrive(ada)
    ticket = make_ticket()

    assert (ticket.agent, ticket.status) == (ada, "open")
    why = ticket.events.get(kind="assigned").data["why"]
    assert why == {"load": 0, "capacity": 5, "among": 1}


def test_nobody_present_means_it_waits_and_is_offered_again(
    handing_out, ada, make_ticket, pump
):
    ticket = make_ticket()
    assert ticket.agent is None

    arrive(ada)
    assignment.offer_waiting()
    pump()

    ticket.refresh_from_db()
    assert ticket.agent == ada


@pytest.mark.parametrize(
    "presence",
    [
        {"state": "break"},
        {"state": "away"},
        {
            "seen_at": timezone.datetime(
                2020, 1, 1, tzinfo=timezone.get_fixed_timezone(0)
            )
        },
    ],
)
def test_who_is_not_there_gets_nothing(handing_out, ada, make_ticket, presence):
    arrive(ada, **presence)

    assert make_ticket().agent is None


def test_who_does_not_work_in_the_queue_gets_nothing(handing_out, cas, make_ticket):
    arrive(cas)

    assert make_ticket().agent is None


def test_a_queue_to_pull_from_hands_nothing_out(shop_queue, ada, make_ticket):
    arrive(ada)

    assert make_ticket().agent is None


def test_work_is_shared_and_nobody_gets_more_than_fits(
    handing_out, ada, bo, make_ticket
):
    arrive(ada, bo)
    for _ in range(12):
        make_ticket()

    shares = Counter(Ticket.objects.values_list("agent__username", flat=True))
    assert shares == {"ada": 5, "bo": 5, None: 2}


def test_a_ticket_goes_to_who_answers_in_its_language(
    handing_out, ada, bo, make_ticket
):
    ada.languages.create(language="nl")
    bo.languages.create(language="en")
    arrive(ada, bo)

    assert make_ticket(language="nl").agent == ada
    assert make_ticket(language="en").agent == bo


def test_danger_is_handed_out_before_what_came_earlier(handing_out, ada, make_ticket):
    plain, danger = make_ticket(), make_ticket()
    Ticket.objects.filter(pk=danger.pk).update(is_danger=True)
    ada.capacity = 1
    ada.save()
    arrive(ada)
    enqueue("assign", [plain.pk, danger.pk])
    list(drain(assignment.STAGE))

    assert Ticket.objects.get(agent=ada) == danger


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_fill_the_same_hands_twice(handing_out, ada, make_ticket):
    tickets = [make_ticket().pk for _ in range(20)]
    arrive(ada)

    four_hand_out(tickets)

    assert Ticket.objects.filter(agent=ada).count() == 5


def four_hand_out(tickets):
    """Each of four connections a part, all at the same moment."""
    together = threading.Barrier(4)

    def work(part):
        with transaction.atomic():
            Ticket.objects.exists()  # the connection is there
            together.wait()
            assignment.assign(part)
        connection.close()

    parts = [tickets[n::4] for n in range(4)]
    threads = [threading.Thread(target=work, args=[part]) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(1, 5), st.integers(1, 3)), max_size=5
    ),
    st.integers(0, 30),
)
def test_handing_out_fills_everybody_before_anybody_overflows(people, tickets):
    seats = [
        Seat(Person(number, load, capacity), weight)
        for number, (load, capacity, weight) in enumerate(people)
    ]
    room = sum(max(0, s.person.capacity - s.person.load) for s in seats)

    given_out = sum(
        choose(seats, Offer(number, "nl"), NOW) is not None for number in range(tickets)
    )

    assert given_out == min(room, tickets)


def given_to(people, **offer):
    return choose([Seat(one, 1) for one in people], Offer(1, **offer), NOW)


def test_who_answered_this_author_before_gets_the_next_one_while_there_is_room():
    before, idle = Person(1, 3, 5), Person(2, 0, 5)

    user, why = given_to([before, idle], previous=1)
    assert (user, why["sticky"]) == (1, True)
    assert given_to([Person(1, 5, 5), idle], previous=1)[0] == 2


def test_a_skill_is_waited_for_and_then_done_without():
    beginner, expert = Person(1, 0, 5, skills={7: 1}), Person(2, 5, 5, skills={7: 4})

    assert given_to([beginner, expert], skills={7: 3}) is None
    user, why = given_to([beginner, expert], skills={7: 3}, is_widened=True)
    assert (user, why["widened"]) == (1, ["skill"])
    assert given_to([beginner, Person(2, 4, 5, skills={7: 4})], skills={7: 3})[0] == 2


def test_who_knows_most_of_what_is_asked_comes_first_and_it_says_so():
    fluent = Person(1, 0, 5, {"nl": 2}, {"bills": 3})
    expert = Person(2, 3, 5, {"nl": 3}, {"bills": 5})
    asked = {"language": "nl", "skills": {"bills": 3}}

    user, why = given_to([fluent, expert], **asked)

    assert (user, why["knows_more"]) == (2, True)
    assert why["levels"] == {
        "language": {"asked": 1, "has": 3},
        "skills": {"bills": {"asked": 3, "has": 5}},
    }
    # Where nothing is asked, or all know as much, it is who has least in hand.
    assert given_to([Person(1, 0, 5, skills={"bills": 1}), expert])[0] == 1
    user, why = given_to([Person(1, 0, 5, {"nl": 3}, {"bills": 5}), expert], **asked)
    assert (user, why) == (1, {"load": 0, "capacity": 5, "among": 2})


def test_who_answered_the_author_before_comes_before_who_knows_more():
    before = Person(1, 0, 5, skills={"bills": 2})
    expert = Person(2, 0, 5, skills={"bills": 5})

    user, why = given_to([before, expert], skills={"bills": 2}, previous=1)

    assert user == 1
    assert "knows_more" not in why


def test_after_the_wait_a_lower_level_will_do_and_then_none():
    strange = Person(1, 0, 5, {"en": 3}, {"bills": 5})
    halting = Person(2, 2, 5, {"nl": 1}, {"bills": 5})
    asked = {"language": "nl", "language_level": 2, "skills": {"bills": 3}}

    assert given_to([strange, halting], **asked) is None
    user, why = given_to([strange, halting], is_widened=True, **asked)
    assert (user, why["widened"]) == (2, ["language"])
    assert why["levels"]["language"] == {"asked": 2, "has": 1}
    user, why = given_to([strange], is_widened=True, **asked)
    assert (user, why["levels"]["language"]) == (1, {"asked": 2, "has": 0})

    # A lower level before none, whatever else they know better.
    beginner = Person(1, 4, 5, {"nl": 1}, {"bills": 2})
    stranger = Person(2, 0, 5, {"nl": 3})
    offered = {"language": "nl", "skills": {"bills": 3}, "is_widened": True}
    assert given_to([stranger, beginner], **offered)[0] == 1


def test_levels_are_read_from_the_desk_and_told_on_the_ticket(
    handing_out, ada, bo, make_ticket, pump, as_client, client, root
):
    def page(ticket):
        client.force_login(root)
        return client.get(f"/tickets/{ticket.public_id}").content.decode()

    def ask(**fields):
        path = "/api/v1/queues/shop"
        answer = as_client(root).patch(path, fields, "application/json")
        assert answer.status_code == 200

    bills = Skill.objects.create(slug="bills", name="Bills")
    RequiredSkill.objects.create(queue=handing_out, skill=bills, level=2)
    for person, language, skill in ((ada, 1, 5), (bo, 2, 2)):
        person.languages.create(language="nl", level=language)
        person.skills.create(skill=bills, level=skill)
    arrive(ada, bo)

    first = make_ticket(language="nl")
    why = first.events.get(kind="assigned").data["why"]
    assert (first.agent, why["knows_more"]) == (ada, True)
    assert "knows most of what it asks" in page(first)
    ask(language_level=2, widen_after_seconds=None)
    second = make_ticket(language="nl")
    assert second.agent == bo
    why = second.events.get(kind="assigned").data["why"]
    assert "levels" not in why, "nobody else was asked"

    Presence.objects.filter(user=bo).update(state="away")
    third = make_ticket(language="nl")
    assert third.agent is None
    ask(widen_after_seconds=0)
    assignment.offer_waiting()
    pump()
    third.refresh_from_db()
    why = third.events.get(kind="assigned").data["why"]
    assert (third.agent, why["widened"]) == (ada, ["language"])
    assert why["levels"]["language"] == {"asked": 2, "has": 1}
    assert "it waited for somebody who knows its language well enough" in page(third)


@pytest.mark.django_db(transaction=True)
def test_two_workers_fill_those_who_know_most_first_and_nobody_twice(
    handing_out, ada, bo, make_ticket
):
    bills = Skill.objects.create(slug="bills", name="Bills")
    RequiredSkill.objects.create(queue=handing_out, skill=bills, level=2)
    for person, level in ((ada, 2), (bo, 5)):
        person.skills.create(skill=bills, level=level)
    tickets = [make_ticket().pk for _ in range(7)]
    arrive(ada, bo)

    four_hand_out(tickets)

    shares = Counter(Ticket.objects.values_list("agent__username", flat=True))
    assert shares == {"bo": 5, "ada": 2}


def test_who_carries_more_weight_gets_more_and_equals_by_idleness():
    light, heavy = Person(1, 2, 9), Person(2, 3, 9)
    assert choose([Seat(light, 1), Seat(heavy, 2)], Offer(1), NOW)[0] == 2

    busy, idle = Person(1, 1, 9, last_given=NOW), Person(2, 1, 9)
    assert given_to([busy, idle])[0] == 2


def test_a_heavy_ticket_needs_room_for_all_of_it():
    assert given_to([Person(1, 4, 5)], load=2) is None
    assert given_to([Person(1, 3, 5)], load=2)[0] == 1


@pytest.mark.parametrize(
    "finish",
    [
        lambda **on: send_reply(text="Yes.", client_key="1", **on),
        lambda **on: send_reply(
            text="Yes.", client_key="1", then=Status.RESOLVED, **on
        ),
        lambda **on: park_ticket(status=Status.ON_HOLD, **on),
        lambda **on: snooze_ticket(until=timezone.now() + timedelta(hours=1), **on),
        lambda **on: resolve_ticket(**on),
    ],
    ids=["answered", "answered and resolved", "parked", "snoozed", "resolved"],
)
def test_hands_that_come_free_get_what_waits_without_the_sweep(
    handing_out, ada, make_ticket, pump, django_capture_on_commit_callbacks, finish
):
    ada.capacity = 1
    ada.save()
    arrive(ada)
    held, waits = make_ticket(), make_ticket()
    assert (held.agent, waits.agent) == (ada, None)

    with django_capture_on_commit_callbacks(execute=True):
        finish(ticket=held, user=ada)
    pump()

    waits.refresh_from_db()
    assert waits.agent == ada


@pytest.mark.django_db(transaction=True)
def test_a_ticket_that_was_being_changed_is_tried_again_soon(
    handing_out, ada, make_ticket
):
    """No sweep has to come by: the work is not done before it could be."""
    ticket = make_ticket()
    arrive(ada)
    enqueue(assignment.STAGE.name, [ticket.pk])
    changing, offered = threading.Event(), threading.Event()

    def change():
        with transaction.atomic():
            Ticket.objects.select_for_update().get(pk=ticket.pk)
            changing.set()
            offered.wait(10)
        connection.close()

    thread = threading.Thread(target=change)
    thread.start()
    assert changing.wait(10)
    list(drain(assignment.STAGE))
    offered.set()
    thread.join()
    [again] = Work.objects.filter(stage="assign", subject_id=ticket.pk)
    assert again.due_at > timezone.now()
    Work.objects.update(due_at=timezone.now())
    list(drain(assignment.STAGE))

    ticket.refresh_from_db()
    assert ticket.agent == ada
    assert not Work.objects.filter(stage="assign").exists()
