"""The privacy officer's page: without a script, and not without meaning it."""

import re

import pytest
from django.test import Client

from tests.webcare.erasures.conftest import MARA, MARK
from webcare.models import Erasure

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(officer):
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer)
    return client


@pytest.fixture
def gone(mara, resolve, ticket_of):
    """Mara, with nothing that still moves; returns the address of her page."""
    message = mara()
    resolve(ticket_of(message))
    return f"/setup/privacy/{message.author.public_id}"


def test_somebody_is_found_and_what_is_kept_is_counted(page, gone):
    found = page.get("/setup/privacy", {"q": f"@{MARA['handle']}"}).content.decode()
    told = page.get(gone).content.decode()

    assert gone in found
    assert re.search(r"Messages of theirs</th><td[^>]*>1<", told)
    assert f"{gone}/export" in told


def test_who_does_not_mean_it_erases_nobody(page, gone):
    told = page.post(gone, {"reason": "request", "typed": "yes"})

    assert told.status_code == 422
    assert f"Type {MARA['handle']} to say" in told.content.decode()
    assert not Erasure.objects.exists()


def test_who_types_the_handle_erases_and_sees_how_far_it_is(
    page, gone, read_what_can_be
):
    given = {"reason": "request", "reference": "2026-14", "typed": f"@{MARK}H"}
    done = page.post(gone, given, follow=True).content.decode()
    read_what_can_be()
    after = page.get(gone).content.decode()
    receipts = page.get("/setup/privacy").content.decode()

    assert "Step 0 of" in done
    assert "Nothing is left since" in after
    assert "2026-14" in receipts
    assert MARK not in done + after + receipts


def test_a_case_number_that_names_them_is_refused_beside_it(page, gone):
    given = {"reason": "request", "reference": f"of {MARK}h", "typed": MARA["handle"]}

    told = page.post(gone, given)

    assert told.status_code == 422
    assert "This names the person" in told.content.decode()


def test_what_stands_in_the_way_is_said_instead_of_the_form(page, mara):
    where = f"/setup/privacy/{mara().author.public_id}"

    told = page.get(where).content.decode()
    pressed = {"reason": "request", "typed": MARA["handle"]}
    after = page.post(where, pressed, follow=True).content.decode()

    assert "Not yet: Resolve #" in told
    assert 'name="typed"' not in told
    assert "Resolve #" in after
    assert not Erasure.objects.exists()


def test_the_file_is_given_for_them(page, marked):
    answer = page.get(f"/setup/privacy/{marked.public_id}/export")

    assert f"Note on {MARK}" in answer.getvalue().decode()
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("where", ["", "/{id}", "/{id}/export"])
def test_nobody_else_looks(ada, lena, mara, where):
    address = f"/setup/privacy{where}".format(id=mara().author.public_id)
    for user in (ada, lena):
        client = Client()
        client.force_login(user)
        told = client.get(address)
        assert told.status_code in {302, 403}
        if told.status_code == 302:
            assert told.headers["Location"] == "/"


def test_it_is_in_dutch_too(officer, gone):
    client = Client(headers={"accept-language": "nl"})
    client.force_login(officer)

    told = client.get(gone).content.decode()

    assert "Wat er bewaard is" in told
    assert f"Typ {MARA['handle']} om te zeggen dat u het meent" in told
