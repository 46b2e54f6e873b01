"""Work that nobody does returns to its queue, and says why."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import Work
from conversations.models.bulk import fetch
from webcare.actions.presence import set_presence
from webcare.actions.replies import send_reply
from webcare.actions.returns import return_work
from webcare.actions.tickets import claim_ticket, release_ticket
from webcare.domain.lifecycle import Status
from webcare.models import Notification, Presence, Queue, Ticket, TicketEvent

pytestmark = pytest.mark.django_db


def ago(**of):
    return timezone.now() - timedelta(**of)


@pytest.fixture
def held(ticket, ada):
    """A ticket that ada claimed an hour ago, while she was there; its author waits."""
    set_presence(user=ada, state="present")
    claim_ticket(ticket=ticket, user=ada)
    Ticket.objects.filter(pk=ticket.pk).update(
        waiting_since=ago(hours=2), last_message_at=ago(hours=2)
    )
    return ticket


def gone(user, state="away", **of):
    """They left so long ago, and have done nothing since."""
    for line in TicketEvent.objects.filter(actor=user):
        _backdate(line, **of)
    Presence.objects.filter(user=user).update(
        state=state, since=ago(**of), seen_at=ago(**of)
    )


def is_held(ticket):
    ticket.refresh_from_db()
    return ticket.agent_id is not None


def test_what_its_agent_is_there_for_stays(held):
    assert return_work() == 0
    assert is_held(held)


@pytest.mark.parametrize("state", ["away", "break", "present"])
def test_who_is_away_too_long_loses_what_waits_and_the_log_says_so(held, ada, state):
    gone(ada, state=state, minutes=31)

    assert return_work() == 1
    assert not is_held(held)
    told = held.events.latest("id")
    assert (told.kind, told.cause, told.actor) == ("released", "silence", None)
    assert told.data == {
        "agent": None,
        "was": ada.pk,
        "why": {"by": "absent", "minutes": 31},
    }


def test_who_takes_something_up_is_there_for_it(held, ada):
    gone(ada, state="present", hours=9)
    held.refresh_from_db()
    release_ticket(ticket=held, user=ada)
    claim_ticket(ticket=held, user=ada)

    assert return_work() == 0
    assert is_held(held)
    for line in held.events.all():
        _backdate(line, minutes=31)
    assert return_work() == 1


def test_who_is_away_for_less_keeps_it(held, ada):
    gone(ada, minutes=29)

    assert return_work() == 0
    assert is_held(held)


def test_what_a_customer_writes_to_somebody_away_goes_to_somebody_else(held, ada):
    gone(ada, minutes=10)
    Ticket.objects.filter(pk=held.pk).update(last_message_at=ago(minutes=1))

    assert return_work() == 1
    assert held.events.latest("id").data["why"]["by"] == "customer_wrote"


@pytest.mark.parametrize(
    "given", [{"state": "break", "minutes": 10}, {"state": "away", "minutes": 3}]
)
def test_a_short_break_takes_nothing_from_anybody(held, ada, given):
    gone(ada, **given)
    Ticket.objects.filter(pk=held.pk).update(last_message_at=ago(minutes=1))

    assert return_work() == 0


def test_what_is_parked_or_answered_stays_with_who_is_away(held, ada):
    gone(ada, hours=9)
    Ticket.objects.filter(pk=held.pk).update(status="pending")
    assert return_work() == 0

    Ticket.objects.filter(pk=held.pk).update(status="open", waiting_since=None)
    assert return_work() == 0
    assert is_held(held)


def test_what_has_an_answer_on_its_way_stays(held, ada):
    send_reply(ticket=held, user=ada, text="Soon.", client_key="k", then=Status.OPEN)
    gone(ada, hours=9)

    assert return_work() == 0


def test_a_queue_can_leave_work_with_who_is_away(held, ada, shop_queue):
    Queue.objects.update(absent_minutes=None)
    gone(ada, hours=9)
    Ticket.objects.filter(pk=held.pk).update(last_message_at=ago(minutes=1))

    assert return_work() == 0


def test_silence_counts_from_what_its_agent_last_did(held, ada, shop_queue):
    Queue.objects.update(silence_minutes=20)
    assert return_work() == 0  # claimed a moment ago

    before = held.events.filter(kind="assigned")
    assert before.count() == 1
    _backdate(before.get(), hours=1)
    assert return_work() == 1
    why = held.events.latest("id").data["why"]
    assert (why["by"], why["minutes"]) == ("silent", 60)


def test_silence_is_no_silence_where_the_author_does_not_wait(held, shop_queue):
    Queue.objects.update(silence_minutes=20)
    _backdate(held.events.get(kind="assigned"), hours=1)
    Ticket.objects.filter(pk=held.pk).update(waiting_since=ago(minutes=19))

    assert return_work() == 0


def test_a_lead_is_told_where_the_queue_says_so(held, ada, lena, shop_queue):
    Queue.objects.update(lead=lena, on_silence="return_and_tell_lead")
    gone(ada, hours=1)
    return_work()

    told = Notification.objects.get(user=lena)
    assert (told.ticket, told.kind) == (held, "returned")
    assert told.event == held.events.latest("id")


def test_a_lead_is_not_told_otherwise(held, ada, lena, shop_queue):
    Queue.objects.update(lead=lena)
    gone(ada, hours=1)
    return_work()

    assert not Notification.objects.filter(user=lena).exists()


def test_returned_work_is_handed_out_to_somebody_else(held, ada, bo, pump, shop_queue):
    Queue.objects.update(handout="push")
    gone(ada, hours=1)
    Presence.objects.create(user=bo, state="present")
    return_work()
    pump()

    held.refresh_from_db()
    assert held.agent == bo


def test_who_let_it_wait_does_not_get_it_at_once_again(held, ada, pump, shop_queue):
    Queue.objects.update(handout="push", silence_minutes=20, widen_after_seconds=None)
    _backdate(held.events.get(kind="assigned"), hours=1)
    return_work()
    pump()
    assert not is_held(held)

    Queue.objects.update(widen_after_seconds=60, silence_minutes=None)
    Work.objects.create(stage="assign", subject_id=held.pk)
    pump()
    assert is_held(held)
    assert held.events.latest("id").data["why"]["widened"] == ["had it before"]


def test_many_return_in_few_statements(
    make_ticket, ada, django_assert_max_num_queries, shop_queue
):
    ada.capacity = 99
    ada.save()
    set_presence(user=ada, state="present")
    tickets = [make_ticket() for _ in range(12)]
    for ticket in tickets:
        claim_ticket(ticket=ticket, user=ada)
    gone(ada, hours=1)

    with django_assert_max_num_queries(12):
        assert return_work() == 12


def _backdate(event, **of):
    """As if it had been written then; the log itself refuses that, as it should."""
    fetch("SET LOCAL session_replication_role = 'replica'", [])
    TicketEvent.objects.filter(pk=event.pk).update(recorded_at=ago(**of))
    fetch("SET LOCAL session_replication_role = 'origin'", [])
