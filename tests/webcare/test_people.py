"""Who works here: rights are given by others, audited, and end at once."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from webcare.actions.people import (
    change_agent,
    give_role,
    make_agent,
    take_role,
)
from webcare.actions.tickets import claim_ticket
from webcare.domain.permissions import Role
from webcare.exceptions import Invalid, NotAllowed
from webcare.models import ApiToken, AuditEntry, Membership, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def guest(shop_queue):
    """Answers the shop queue for another company."""
    user = User.objects.create_user("guest", is_external=True)
    Membership.objects.create(user=user, queue=shop_queue, role=Role.AGENT)
    return user


def what_was_done():
    return list(AuditEntry.objects.order_by("id").values_list("what", flat=True))


def test_somebody_is_made_with_what_they_can_and_without_a_right(root):
    made = make_agent(
        user=root, username="dee", first_name="Dee", languages={"nl": 3, "en": 2}
    )

    assert not made.has_usable_password()
    assert not made.memberships.exists()
    assert dict(made.languages.values_list("language", "level")) == {"nl": 3, "en": 2}
    assert what_was_done() == ["person_made"]
    with pytest.raises(Invalid):
        make_agent(user=root, username="dee")


def test_only_who_sets_up_makes_and_changes_people(lena, ada):
    with pytest.raises(NotAllowed):
        make_agent(user=lena, username="dee")
    with pytest.raises(NotAllowed):
        change_agent(user=lena, agent=ada, capacity=99)


def test_a_role_is_given_changed_and_taken_with_a_line_each(root, cas, shop_queue):
    give_role(user=root, agent=cas, queue=shop_queue, role=Role.AGENT, weight=2)
    give_role(user=root, agent=cas, queue=shop_queue, role=Role.AGENT, weight=2)
    give_role(user=root, agent=cas, queue=shop_queue, role=Role.LEAD)
    take_role(user=root, agent=cas, queue=shop_queue)
    take_role(user=root, agent=cas, queue=shop_queue)

    assert what_was_done() == ["role_given", "role_given", "role_taken"]
    given, changed, taken = AuditEntry.objects.order_by("id")
    assert (given.who, given.whom, given.about) == (root, cas, "queue:shop")
    assert changed.before == {"role": "agent", "weight": 2}
    assert changed.after == {"role": "lead", "weight": 1}
    assert (taken.before, taken.after) == ({"role": "lead", "weight": 1}, {})


@pytest.mark.parametrize("name", ["root", "lena"])
def test_nobody_changes_their_own_rights(name, request, shop_queue):
    person = request.getfixturevalue(name)

    with pytest.raises(NotAllowed):
        give_role(user=person, agent=person, queue=shop_queue, role=Role.ADMIN)
    with pytest.raises(NotAllowed):
        take_role(user=person, agent=person, queue=shop_queue)


def test_nobody_who_sets_up_ends_or_changes_their_own_access(root):
    with pytest.raises(NotAllowed):
        change_agent(user=root, agent=root, is_active=False)
    with pytest.raises(NotAllowed):
        change_agent(user=root, agent=root, is_external=True)


def test_a_lead_gives_the_small_roles_in_a_queue_of_their_own(
    lena, cas, shop_queue, power_queue
):
    for role in (Role.LISTENER, Role.AGENT, Role.SPECIALIST):
        give_role(user=lena, agent=cas, queue=shop_queue, role=role)
    refused = [
        (power_queue, Role.AGENT),
        (None, Role.AGENT),
        (shop_queue, Role.LEAD),
        (shop_queue, Role.ADMIN),
        (shop_queue, Role.PRIVACY_OFFICER),
        (shop_queue, Role.INTEGRATOR),
    ]
    for queue, role in refused:
        with pytest.raises(NotAllowed):
            give_role(user=lena, agent=cas, queue=queue, role=role)

    assert cas.memberships.get().role == "specialist"


def test_a_lead_does_not_take_what_they_could_not_give(lena, root, cas, shop_queue):
    give_role(user=root, agent=cas, queue=shop_queue, role=Role.LEAD)

    with pytest.raises(NotAllowed):
        take_role(user=lena, agent=cas, queue=shop_queue)
    with pytest.raises(NotAllowed):
        give_role(user=lena, agent=cas, queue=shop_queue, role=Role.AGENT)


def test_fewer_rights_end_sessions_and_tokens_and_return_the_work(
    root, bo, ticket, shop_queue, as_client
):
    claim_ticket(ticket=ticket, user=bo)
    token, browser = as_client(bo), Client()
    browser.force_login(bo)
    assert browser.get("/api/v1/me").status_code == 200

    give_role(user=root, agent=bo, queue=shop_queue, role=Role.LISTENER)

    ticket.refresh_from_db()
    assert ticket.agent is None
    told = ticket.events.latest("id")
    assert (told.kind, told.actor) == ("released", root)
    assert told.data == {"agent": None, "was": bo.pk, "why": {"by": "rights"}}
    assert token.get("/api/v1/me").status_code == 401
    assert browser.get("/api/v1/me").status_code in {401, 403}


def test_more_rights_end_nothing(root, bo, shop_queue, as_client):
    token = as_client(bo)

    give_role(user=root, agent=bo, queue=shop_queue, role=Role.SPECIALIST)

    assert token.get("/api/v1/me").status_code == 200


def test_a_new_session_after_that_stays(root, bo, shop_queue):
    give_role(user=root, agent=bo, queue=shop_queue, role=Role.LISTENER)
    browser = Client()
    browser.force_login(User.objects.get(pk=bo.pk))

    assert browser.get("/api/v1/me").status_code == 200


def test_work_that_another_role_still_allows_stays(root, bo, ticket, shop_queue):
    give_role(user=root, agent=bo, queue=None, role=Role.AGENT)
    claim_ticket(ticket=ticket, user=bo)

    take_role(user=root, agent=bo, queue=shop_queue)

    ticket.refresh_from_db()
    assert ticket.agent == bo


def test_who_leaves_keeps_nothing(root, bo, ticket, as_client):
    claim_ticket(ticket=ticket, user=bo)
    token, browser = as_client(bo), Client()
    browser.force_login(bo)

    change_agent(user=root, agent=bo, is_active=False)

    ticket.refresh_from_db()
    assert ticket.agent is None
    assert token.get("/api/v1/me").status_code == 401
    assert browser.get("/api/v1/me").status_code in {401, 403}
    assert not ApiToken.objects.filter(user=bo, revoked_at=None).exists()
    assert what_was_done() == ["deactivated"]
    change_agent(user=root, agent=bo, is_active=True)
    assert token.get("/api/v1/me").status_code == 401
    assert browser.get("/api/v1/me").status_code in {401, 403}


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_audit_cannot_be_rewritten(change, root, cas, shop_queue):
    give_role(user=root, agent=cas, queue=shop_queue, role=Role.AGENT)
    entries = AuditEntry.objects.all()

    with pytest.raises(IntegrityError), transaction.atomic():
        entries.update(what="nothing") if change == "update" else entries.delete()


def test_an_external_person_never_holds_all_queues(root, guest):
    with pytest.raises(Invalid):
        give_role(user=root, agent=guest, queue=None, role=Role.LISTENER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=guest, queue=None, role=Role.LISTENER)
    with pytest.raises(IntegrityError), transaction.atomic():
        guest.memberships.update(queue=None)


def test_who_holds_all_queues_does_not_become_external(root, cas):
    give_role(user=root, agent=cas, queue=None, role=Role.LISTENER)

    with pytest.raises(Invalid):
        change_agent(user=root, agent=cas, is_external=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=cas.pk).update(is_external=True)


@pytest.mark.django_db(transaction=True)
def test_becoming_external_and_getting_all_queues_do_not_pass_each_other(cas):
    together = threading.Barrier(2)

    def run(do):
        try:
            with transaction.atomic():
                User.objects.exists()
                together.wait()
                do()
        except IntegrityError:
            pass
        finally:
            connection.close()

    def become():
        User.objects.filter(pk=cas.pk).update(is_external=True)

    def get():
        Membership.objects.create(user=cas, queue=None, role=Role.LISTENER)

    for _ in range(10):
        threads = [threading.Thread(target=run, args=[do]) for do in (become, get)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        cas.refresh_from_db()
        assert not (cas.is_external and cas.memberships.exists())
        Membership.objects.all().delete()
        User.objects.filter(pk=cas.pk).update(is_external=False)
