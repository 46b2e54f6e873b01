"""Taking work by hand: the next one, or this one, with what was passed over."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from conversations.actions.batches import drain
from webcare.actions import assignment
from webcare.actions.claims import claim_next, hand_over
from webcare.actions.tickets import claim_ticket
from webcare.exceptions import HandsFull, NotAllowed, WebcareError
from webcare.models import (
    ChannelLoad,
    Membership,
    Presence,
    RequiredSkill,
    Skill,
    Ticket,
    TicketEvent,
    User,
    UserSkill,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def due(ticket, minutes, **fields):
    at = NOW + timedelta(minutes=minutes)
    Ticket.objects.filter(pk=ticket.pk).update(due_at=at, **fields)


def told(ticket):
    return ticket.events.filter(kind="assigned").latest("id").data


def test_the_next_one_is_danger_then_what_is_due_then_what_has_no_time(
    make_ticket, ada
):
    later, sooner, never, danger = (make_ticket() for _ in range(4))
    due(later, 20)
    due(sooner, 10)
    Ticket.objects.filter(pk=never.pk).update(due_at=None)
    due(danger, 30, is_danger=True)

    taken = [claim_next(user=ada) for _ in range(4)]

    assert taken == [danger, sooner, later, never]
    assert claim_next(user=ada) is None
    assert told(danger) == {
        "agent": ada.pk,
        "status": "open",
        "why": {"by": "next", "load": 0, "capacity": 5},
    }


def test_the_next_one_is_first_what_one_has_the_language_and_skill_for(
    make_ticket, ada, delivery_topic
):
    english, dutch = make_ticket(language="en"), make_ticket(language="nl")
    due(english, 1)
    ada.languages.create(language="nl")

    first, second = claim_next(user=ada), claim_next(user=ada)

    assert (first, second) == (dutch, english)
    assert "widened" not in told(dutch)["why"]
    assert told(english)["why"]["widened"] == ["language"]

    skilled = make_ticket(language="nl")
    skill = Skill.objects.create(slug="legal", name="Legal")
    RequiredSkill.objects.create(skill=skill, topic=delivery_topic, level=2)
    assert claim_next(user=ada) == skilled
    assert told(skilled)["why"]["widened"] == ["skill"]


def test_the_next_one_can_be_asked_of_a_queue_channel_or_language(
    make_ticket, ada, shop_queue, power_queue, forum
):
    ticket = make_ticket(language="nl")

    assert claim_next(user=ada, channel=forum) is None
    assert claim_next(user=ada, language="en") is None
    assert claim_next(user=ada, language="nl", queue=shop_queue) == ticket
    with pytest.raises(NotAllowed):
        claim_next(user=ada, queue=power_queue)


def test_who_works_nowhere_takes_nothing(make_ticket, cas):
    make_ticket()

    with pytest.raises(NotAllowed):
        claim_next(user=cas)


def test_full_hands_get_no_next_one_but_may_take_one_by_hand(make_ticket, ada):
    ada.capacity = 1
    ada.save()
    one, two = make_ticket(), make_ticket()
    claim_next(user=ada)

    with pytest.raises(HandsFull):
        claim_next(user=ada)
    claim_ticket(ticket=two, user=ada)

    assert told(one)["why"]["by"] == "next"
    assert told(two)["why"] == {"by": "person", "load": 2, "capacity": 1}


def test_a_channel_can_take_more_of_ones_capacity(make_ticket, ada, shop):
    ChannelLoad.objects.create(channel=shop, weight="2.5")
    for _ in range(3):
        make_ticket()

    assert claim_next(user=ada)
    assert claim_next(user=ada)
    with pytest.raises(HandsFull):
        claim_next(user=ada)


def test_what_does_not_fit_any_more_is_left_for_somebody_else(make_ticket, ada, shop):
    ChannelLoad.objects.create(channel=shop, weight="3")
    for _ in range(2):
        make_ticket()

    assert claim_next(user=ada)
    assert claim_next(user=ada) is None


def test_what_was_passed_over_is_written_down(make_ticket, ada):
    tickets = [make_ticket() for _ in range(4)]
    for number, ticket in enumerate(tickets):
        due(ticket, number)
        ticket.refresh_from_db()
    claim_ticket(ticket=tickets[2], user=ada)
    claim_ticket(ticket=tickets[0], user=ada)

    assert told(tickets[2])["skipped"] == 2
    assert "skipped" not in told(tickets[0])


def test_what_speaks_another_language_was_not_passed_over(make_ticket, ada):
    english, dutch = make_ticket(language="en"), make_ticket(language="nl")
    due(english, 1)
    due(dutch, 2)
    dutch.refresh_from_db()
    ada.languages.create(language="nl")
    claim_ticket(ticket=dutch, user=ada)

    assert "skipped" not in told(dutch)


def test_danger_is_passed_over_by_everything_else(make_ticket, ada):
    danger, plain = make_ticket(), make_ticket()
    due(danger, 50, is_danger=True)
    due(plain, 1)
    plain.refresh_from_db()
    claim_ticket(ticket=plain, user=ada)

    assert told(plain)["skipped"] == 1


def test_a_note_goes_over_with_the_ticket_or_neither(ticket, lena, ada, cas):
    hand_over(ticket=ticket, user=lena, agent=ada, note="He called before.")
    with pytest.raises(WebcareError):
        hand_over(ticket=ticket, user=lena, agent=cas, note="Not written.")

    ticket.refresh_from_db()
    assert ticket.agent == ada
    assert [note.text for note in ticket.notes.all()] == ["He called before."]


def test_the_api_hands_out_the_next_one_or_says_that_nothing_waits(
    make_ticket, as_client, ada
):
    client = as_client(ada)
    ticket = make_ticket()

    def ask(body, **headers):
        return client.post(
            "/api/v1/tickets/claim-next", body, "application/json", headers=headers
        )

    first = ask({"queue": "shop"}, idempotency_key="n-1")
    again = ask({"queue": "shop"}, idempotency_key="n-1")
    nothing = ask({})

    assert first.json()["id"] == str(ticket.public_id)
    assert again.json() == first.json()
    assert (nothing.status_code, nothing.content) == (204, b"")
    assert ask({"queue": "nowhere"}).status_code == 422
    User.objects.filter(pk=ada.pk).update(capacity=1)
    assert ask({}).status_code == 409


def at_once(*work):
    """Run these at the same moment, each with a connection of its own."""
    together = threading.Barrier(len(work))
    failed = []

    def run(one):
        try:
            User.objects.exists()  # the connection is there
            together.wait()
            one()
        except Exception as error:  # shown by the assertion
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[one]) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


@pytest.mark.django_db(transaction=True)
def test_fifty_who_take_the_next_one_at_once_get_fifty(make_ticket, ada, shop_queue):
    people = [User.objects.create_user(f"w-{n}") for n in range(50)]
    for person in people:
        Membership.objects.create(user=person, queue=shop_queue, role="agent")
    for _ in range(52):
        make_ticket()

    failed = at_once(*[lambda one=one: claim_next(user=one) for one in people])

    assert failed == []
    taken = Counter(Ticket.objects.values_list("agent", flat=True))
    assert taken.pop(None) == 2
    assert set(taken.values()) == {1}
    assert len(taken) == 50


@pytest.mark.django_db(transaction=True)
def test_fifty_claiming_and_being_pushed_at_once_spoil_nothing(
    make_ticket, shop_queue, shop
):
    """Nobody gets what another has, and nobody is given more than fits."""
    people = [User.objects.create_user(f"w-{n}", capacity=3) for n in range(5)]
    for person in people:
        Membership.objects.create(user=person, queue=shop_queue, role="agent")
        Presence.objects.create(user=person, state="present")
    tickets = [make_ticket() for _ in range(24)]
    shop_queue.handout = "push"
    shop_queue.save()
    assignment.offer_waiting()

    def push():
        assignment.offer_waiting()
        list(drain(assignment.STAGE))

    def next_of(person):
        with pytest.raises((HandsFull, StopIteration)):
            while claim_next(user=person):
                pass
            raise StopIteration

    work = [push] * 15
    work += [lambda one=one: next_of(one) for one in people * 7]
    failed = at_once(*work)
    push()

    assert failed == []
    held = Counter(Ticket.objects.values_list("agent", flat=True))
    assert held.pop(None) == 24 - 15
    assert set(held.values()) == {3}
    given = Counter(
        TicketEvent.objects.filter(kind="assigned").values_list("ticket", flat=True)
    )
    assert set(given.values()) == {1}
    assert set(given) <= {ticket.pk for ticket in tickets}
    loads = TicketEvent.objects.filter(kind="assigned").values_list("data", flat=True)
    assert max(data["why"]["load"] for data in loads) == 2


@pytest.mark.django_db(transaction=True)
def test_fifty_claims_of_one_ticket_while_it_is_pushed_are_one(ticket, shop_queue, ada):
    people = [User.objects.create_user(f"w-{n}") for n in range(45)]
    for person in people:
        Membership.objects.create(user=person, queue=shop_queue, role="agent")
    Presence.objects.create(user=people[0], state="present")
    shop_queue.handout = "push"
    shop_queue.save()

    def push():
        assignment.offer_waiting()
        list(drain(assignment.STAGE))

    def claim(person):
        claim_ticket(ticket=Ticket.objects.get(pk=ticket.pk), user=person)

    work = [lambda one=one: claim(one) for one in people] + [push] * 5
    failed = at_once(*work)

    assert {type(error).__name__ for error in failed} <= {"TicketChanged"}
    assert ticket.events.filter(kind="assigned").count() == 1


def test_a_skill_is_asked_at_its_level(make_ticket, ada, shop_queue):
    skill = Skill.objects.create(slug="legal", name="Legal")
    RequiredSkill.objects.create(skill=skill, queue=shop_queue, level=3)
    UserSkill.objects.create(user=ada, skill=skill, level=3)
    ticket = make_ticket()
    claim_next(user=ada)

    assert "widened" not in told(ticket)["why"]


def test_a_language_is_asked_at_its_level(make_ticket, ada, shop_queue):
    shop_queue.language_level = 2
    shop_queue.save()
    halting, own = make_ticket(language="en"), make_ticket(language="nl")
    due(halting, 1)
    due(own, 2)
    own.refresh_from_db()
    ada.languages.create(language="en", level=1)
    ada.languages.create(language="nl", level=3)

    assert claim_next(user=ada) == own
    assert "skipped" not in told(own)
    assert claim_next(user=ada) == halting
    assert told(halting)["why"]["widened"] == ["language"]
