"""Hide, like and retract: asked of the platform until it says yes or no."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from conversations.actions import acts, delivery
from conversations.models import Act, Message, Mode, PlatformAct
from conversations.queries.deliveries import channels_due
from demo.faults import Fault, Faults
from demo.platform import Platform
from webcare.actions.moderation import moderate
from webcare.actions.replies import send_reply
from webcare.exceptions import NotAllowed, SendingRefused

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform(tmp_path, shop):
    with Platform(tmp_path / "ledger.db", [shop.secret], idempotent=True) as far:
        shop.callback_url = far.callback_url
        shop.public_hold_seconds = 0
        shop.can_hide = shop.can_like = shop.can_retract = True
        shop.save()
        yield far


@pytest.fixture
def rude(platform, ticket):
    return ticket.ticket_messages.get().message


@pytest.fixture
def answer(platform, ticket, ada, shop, pump):
    """An answer of ada's, as it stands on the platform."""
    reply = send_reply(ticket=ticket, user=ada, text="Tomorrow.", client_key="k")
    delivery.send_due(shop.pk)
    pump()
    reply.delivery.refresh_from_db()
    return reply.delivery.message


def calls(platform):
    return [call.outcome for call in platform.calls()]


def later():
    PlatformAct.objects.update(due_at=timezone.now() - timedelta(minutes=5))


def test_a_hidden_message_is_hidden_there_and_shown_as_such(
    platform, shop, ticket, rude, lena
):
    moderate(ticket=ticket, user=lena, message=rude, act=Act.HIDE)
    assert channels_due() == [shop.pk]
    acts.do_due(shop.pk)
    rude.refresh_from_db()

    assert calls(platform) == [f"hide {rude.external_id}"]
    assert rude.hidden_at
    assert ticket.events.latest("id").kind == "message_hidden"
    moderate(ticket=ticket, user=lena, message=rude, act=Act.UNHIDE)
    acts.do_due(shop.pk)
    rude.refresh_from_db()
    assert rude.hidden_at is None
    assert channels_due() == []


def test_asking_twice_is_asking_once(platform, shop, ticket, rude, lena):
    first = moderate(ticket=ticket, user=lena, message=rude, act=Act.LIKE)
    second = moderate(ticket=ticket, user=lena, message=rude, act=Act.LIKE)
    acts.do_due(shop.pk)

    assert first == second
    assert len(calls(platform)) == 1


def test_the_opposite_waits_for_what_is_under_way(platform, ticket, rude, lena):
    moderate(ticket=ticket, user=lena, message=rude, act=Act.HIDE)

    with pytest.raises(SendingRefused) as refused:
        moderate(ticket=ticket, user=lena, message=rude, act=Act.UNHIDE)
    assert refused.value.data["rule"] == "act_under_way"
    with pytest.raises(IntegrityError), transaction.atomic():
        PlatformAct.objects.create(channel=rude.channel, message=rude, act=Act.UNHIDE)


def test_a_retracted_answer_is_gone_here_as_well(
    platform, shop, ticket, ada, answer, pump
):
    moderate(ticket=ticket, user=ada, message=answer, act=Act.RETRACT)
    acts.do_due(shop.pk)
    pump()
    answer.refresh_from_db()

    assert calls(platform)[-1] == f"retract {answer.external_id}"
    assert (answer.text, bool(answer.deleted_at)) == ("", True)
    assert ticket.events.latest("id").kind == "message_deleted"


def test_an_agent_retracts_only_answers_of_their_own(ticket, ada, bo, lena, answer):
    with pytest.raises(NotAllowed):
        moderate(ticket=ticket, user=bo, message=answer, act=Act.RETRACT)
    moderate(ticket=ticket, user=lena, message=answer, act=Act.RETRACT)


def test_an_agent_hides_nothing(ticket, ada, rude):
    with pytest.raises(NotAllowed):
        moderate(ticket=ticket, user=ada, message=rude, act=Act.HIDE)


@pytest.mark.parametrize(
    ("act", "mode", "rule"),
    [
        (Act.LIKE, Mode.LISTENING, "channel_only_listens"),
        (Act.HIDE, Mode.LISTENING, "channel_only_listens"),
        (Act.LIKE, Mode.PAUSED, "channel_paused"),
        (Act.RETRACT, Mode.ENGAGE, "not_ours"),
    ],
)
def test_the_gate_says_what_stands_in_the_way(ticket, rude, lena, act, mode, rule):
    rude.channel.mode = mode
    rude.channel.save()

    with pytest.raises(SendingRefused) as refused:
        moderate(ticket=ticket, user=lena, message=rude, act=act)
    assert refused.value.data["rule"] == rule


def test_a_platform_that_cannot_is_not_asked(ticket, rude, lena, platform, shop):
    shop.can_hide = False
    shop.save()
    rude.refresh_from_db()

    with pytest.raises(SendingRefused):
        moderate(ticket=ticket, user=lena, message=rude, act=Act.HIDE)
    assert calls(platform) == []


def test_what_waits_is_not_done_once_the_channel_only_listens(
    platform, shop, ticket, rude, lena
):
    queued = moderate(ticket=ticket, user=lena, message=rude, act=Act.LIKE)
    shop.mode = Mode.LISTENING
    shop.save()
    acts.do_due(shop.pk)
    queued.refresh_from_db()

    assert queued.state == "refused"
    assert calls(platform) == []


def test_no_answer_is_asked_again_under_the_same_id(platform, shop, ticket, rude, lena):
    queued = moderate(ticket=ticket, user=lena, message=rude, act=Act.HIDE)
    platform.faults = Faults({Fault.RESET: 1.0}, 1)
    acts.do_due(shop.pk)
    queued.refresh_from_db()
    assert queued.state == "waiting"

    platform.faults = Faults({}, 1)
    later()
    acts.do_due(shop.pk)
    queued.refresh_from_db()

    assert queued.state == "done"
    assert {call.delivery_id for call in platform.calls()} == {str(queued.public_id)}


def test_who_died_while_asking_is_followed_by_another(
    platform, shop, ticket, rude, lena
):
    queued = moderate(ticket=ticket, user=lena, message=rude, act=Act.HIDE)
    PlatformAct.objects.update(state="sending", fence=1)
    later()
    acts.do_due(shop.pk)
    queued.refresh_from_db()

    assert queued.state == "done"


def test_a_program_hides_and_sees_what_became_of_it(
    as_client, platform, shop, ticket, rude, lena
):
    client, where = as_client(lena), f"/api/v1/tickets/{ticket.public_id}"
    body = {"message": str(rude.public_id)}

    asked = client.post(f"{where}/hide", body, "application/json")
    acts.do_due(shop.pk)
    [done] = client.get(f"{where}/acts").json()["results"]
    [shown] = client.get(f"{where}/messages").json()["results"]

    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert (done["state"], bool(shown["hidden_at"])) == ("done", True)


def test_a_message_of_another_ticket_is_not_there(
    as_client, platform, ticket, make_ticket, lena
):
    other = make_ticket().ticket_messages.get().message
    body = {"message": str(other.public_id)}
    where = f"/api/v1/tickets/{ticket.public_id}/hide"

    assert as_client(lena).post(where, body, "application/json").status_code == 404
    assert not Message.objects.exclude(hidden_at=None).exists()
