"""One rule says which tickets a person may see; every door asks it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.models.bulk import fetch, ids
from webcare.domain.permissions import Role
from webcare.models import Membership, Queue, Ticket, User
from webcare.queries.sight import seeing, visible, visible_tickets

pytestmark = pytest.mark.django_db
PLACES = ["shop", "power", "triage", None]
ROLES = st.dictionaries(st.sampled_from(PLACES), st.sampled_from(Role.values))


@pytest.fixture
def everywhere(make_ticket, shop_queue, power_queue, triage_queue):
    """A ticket in every queue, and one that waits for routing."""
    tickets = [make_ticket() for _ in PLACES]
    for ticket, slug in zip(tickets, PLACES, strict=True):
        queue = Queue.objects.get(slug=slug) if slug else None
        Ticket.objects.filter(pk=ticket.pk).update(queue=queue)
    return tickets


def by_sql(user):
    seen, values = visible(user)
    return set(ids(fetch(f"SELECT k.id FROM webcare_ticket k WHERE {seen}", values)))


def for_many(user):
    return set(
        ids(
            fetch(
                f"""SELECT k.id FROM webcare_ticket k, webcare_user u
                     WHERE u.id = %s AND {seeing("u", "k")}""",
                [user.pk],
            )
        )
    )


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=60,
    deadline=None,
)
@given(ROLES, st.booleans(), st.booleans(), st.booleans())
def test_the_rule_is_the_same_in_each_writing(
    everywhere, roles, active, external, over_all
):
    external = external and None not in roles and not over_all
    User.objects.filter(username="somebody").delete()
    user = User.objects.create(
        username="somebody",
        is_active=active,
        is_external=external,
        is_superuser=over_all,
    )
    for slug, role in roles.items():
        queue = Queue.objects.get(slug=slug) if slug else None
        Membership.objects.create(user=user, queue=queue, role=role)

    seen = set(visible_tickets(user).values_list("pk", flat=True))

    assert by_sql(user) == seen
    assert for_many(user) == seen
    assert not external or all(
        Ticket.objects.get(pk=pk).queue.slug in roles for pk in seen
    )


@pytest.fixture
def guest(shop_queue):
    user = User.objects.create_user("guest", is_external=True)
    Membership.objects.create(user=user, queue=shop_queue, role=Role.LEAD)
    return user


LISTS = (
    "tickets",
    "tickets?order=due",
    "tickets?queue=power",
    "tickets?agent=none",
)


@pytest.mark.parametrize("door", LISTS)
def test_an_external_person_meets_no_other_queue_at_any_list(
    door, everywhere, guest, as_client
):
    shop, *others = everywhere
    answer = as_client(guest).get(f"/api/v1/{door}")

    assert answer.status_code == 200
    text = answer.content.decode()
    assert not [one for one in others if str(one.public_id) in text]
    assert (str(shop.public_id) in text) is (door != "tickets?queue=power")


def test_an_external_person_knows_only_of_their_queues_and_who_is_there(
    everywhere, guest, ada, lena, root, as_client
):
    far = User.objects.create_user("far", first_name="Farida")
    Membership.objects.create(
        user=far, queue=Queue.objects.get(slug="power"), role=Role.AGENT
    )
    client = as_client(guest)

    def names(door, key):
        return {one[key] for one in client.get(f"/api/v1/{door}").json()}

    assert names("queues", "slug") == {"shop"}
    assert names("agents", "name") == {"guest", "Ada", "Lena"}
    assert client.get("/api/v1/queues/power").status_code == 404
    assert client.get(f"/api/v1/agents/{far.public_id}").status_code == 404
    assert client.get(f"/api/v1/agents/{root.public_id}").status_code == 404
    members = client.get("/api/v1/queues/shop/members").json()
    assert {one["agent"]["name"] for one in members} == {"guest", "Ada", "Lena"}
