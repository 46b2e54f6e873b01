"""What can be done beside an answer, played on the demo's own platform and channels."""

import json

import pytest

from conversations.actions import acts, delivery
from conversations.models import Channel, Message, PlatformAct
from demo import day
from demo.platform import Platform

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def platform(tmp_path, shop):
    """The shop's channel as the demo sets its own up, with its platform beside it."""
    [given] = [
        one
        for one in day.words("organisation")["channels"]
        if one["slug"] == "facebook-kabelwijk"
    ]
    with Platform(tmp_path / "ledger.db", [shop.secret]) as far:
        Channel.objects.filter(pk=shop.pk).update(
            **{
                name: one for name, one in given.items() if name not in ("slug", "name")
            },
            callback_url=far.callback_url,
            public_hold_seconds=0,
            private_hold_seconds=0,
        )
        yield far


def test_a_visitor_hides_likes_answers_retracts_and_goes_on_in_private(
    platform, shop, ticket, lena, as_client, pump
):
    client, where = as_client(lena), f"/api/v1/tickets/{ticket.public_id}"
    said = str(ticket.last_inbound.public_id)

    def do(what, **body):
        answer = client.post(f"{where}/{what}", json.dumps(body), JSON)
        assert answer.status_code < 300, answer.content
        acts.do_due(shop.pk)
        delivery.send_due(shop.pk)
        pump()

    for act in ("like", "hide", "unhide"):
        do(act, message=said)
    do("reply", text="From ten, yes.")
    ours = Message.objects.get(direction="out")
    do("retract", message=str(ours.public_id))
    do("move-private", text="Send us your address here.")

    assert set(PlatformAct.objects.values_list("state", flat=True)) == {"done"}
    acted = [call.outcome for call in platform.calls() if " " in call.outcome]
    assert [one.split(" ")[0] for one in acted] == ["like", "hide", "unhide", "retract"]
    public, private = platform.posts()
    assert (public.text, private.text) == (
        "From ten, yes.",
        "Send us your address here.",
    )
    [shown] = [one for one in _messages(client, where) if one["id"] == said]
    assert (shown["liked_at"] is not None, shown["hidden_at"]) == (True, None)
    ours.refresh_from_db()
    assert ours.deleted_at is not None
    newest = _messages(client, where)[-1]
    assert (newest["visibility"], newest["text"]) == ("private", private.text)


def _messages(client, where):
    return client.get(f"{where}/messages").json()["results"]
