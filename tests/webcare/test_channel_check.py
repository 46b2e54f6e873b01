"""Whether a channel works, asked of its platform before anybody is answered there."""

import pytest

from conversations.adapters.signatures import new_secret
from conversations.models import CheckResult
from demo.platform import ACCOUNT, Platform
from webcare.actions import setup
from webcare.exceptions import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform(tmp_path, shop):
    """The far side of the shop channel."""
    with Platform(tmp_path / "ledger.db", [shop.secret]) as far:
        shop.callback_url = far.callback_url
        shop.save()
        yield far


@pytest.fixture
def tested(as_client, root, shop):
    where = f"/api/v1/channels/{shop.slug}/test"
    return lambda: as_client(root).post(where, {}, "application/json").json()


def test_what_works_is_told_and_kept(platform, tested, as_client, root, ada):
    told = tested()

    kept = as_client(root).get("/api/v1/channels").json()[0]
    assert (told["check_result"], told["check_detail"]) == ("works", ACCOUNT)
    assert told["checked_at"] == kept["checked_at"] is not None
    assert kept["check_result"] == "works"
    assert platform.posts() == []
    assert {call.method for call in platform.calls()} == {"GET"}


def test_a_secret_that_is_not_known_there_is_told(platform, tested, shop):
    shop.secret = new_secret()
    shop.save()

    told = tested()

    assert told["check_result"] == "refused"
    assert "answered 401" in told["check_detail"]
    assert shop.secret not in str(told)


def test_a_wrong_address_of_the_right_server_does_not_seem_to_work(
    platform, tested, shop
):
    shop.callback_url = f"{platform.url}/elsewhere"
    shop.save()

    assert tested()["check_result"] == "open"


def test_what_was_tested_says_nothing_of_another_address_or_secret(
    platform, tested, shop, root
):
    tested()
    shop.refresh_from_db()
    setup.change_channel(user=root, channel=shop, name="Same")
    assert shop.check_result == CheckResult.WORKS
    setup.change_channel(user=root, channel=shop, callback_url="")
    assert (shop.check_result, shop.checked_at) == ("", None)
    assert tested()["check_result"] == "no_address"
    setup.renew_secret(user=root, channel=shop)
    shop.refresh_from_db()
    assert (shop.check_result, shop.checked_at) == ("", None)


def test_who_does_not_set_up_tests_nothing(platform, shop, lena):
    with pytest.raises(NotAllowed):
        setup.check_channel(user=lena, channel=shop)

    assert platform.calls() == []


def test_external_people_are_not_told(platform, tested, as_client, bo):
    tested()
    bo.is_external = True
    bo.save()

    [told] = as_client(bo).get("/api/v1/channels").json()
    assert (told["check_result"], told["check_detail"]) == ("", "")
