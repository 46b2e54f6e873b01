"""Who is told what about a ticket, and who is not."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import Delivery, Message
from webcare.actions import measurement
from webcare.actions.followers import follow_ticket
from webcare.actions.notifications import forget_old, read_notifications
from webcare.actions.replies import send_reply
from webcare.actions.tickets import (
    assign_ticket,
    claim_ticket,
    reopen_ticket,
    resolve_ticket,
)
from webcare.domain.permissions import Role
from webcare.exceptions import NotAllowed
from webcare.models import (
    Follower,
    Membership,
    Notification,
    Presence,
    Queue,
    Ticket,
    User,
)
from webcare.queries.sight import seeing, visible_tickets

pytestmark = pytest.mark.django_db
PATH = "/api/v1/notifications"


def told(user):
    found = Notification.objects.filter(user=user).order_by("id")
    return list(found.values_list("kind", flat=True))


def test_who_is_given_a_ticket_is_told(ticket, ada, lena):
    assign_ticket(ticket=ticket, user=lena, agent=ada)

    assert told(ada) == ["assigned"]
    assert told(lena) == []
    assert Notification.objects.get().event.kind == "assigned"


def test_who_takes_a_ticket_is_not_told(ticket, ada):
    claim_ticket(ticket=ticket, user=ada)

    assert told(ada) == []


def test_who_is_handed_work_is_told(make_ticket, ada, shop_queue):
    Queue.objects.filter(pk=shop_queue.pk).update(handout="push")
    Presence.objects.create(user=ada, state="present")

    ticket = make_ticket()

    assert ticket.agent == ada
    assert told(ada) == ["assigned"]


def test_followers_are_told_what_becomes_of_a_ticket(
    make_ticket, hear, item, shop, ada, bo
):
    author = {"external_id": "kim"}
    ticket = make_ticket(thread="t", author=author)
    follow_ticket(ticket=ticket, user=bo)
    hear(shop, item(thread="t", author=author))
    ticket.refresh_from_db()
    resolve_ticket(ticket=ticket, user=ada)
    reopen_ticket(ticket=ticket, user=ada)
    resolve_ticket(ticket=ticket, user=ada)
    hear(shop, item(thread="t", author=author, posted_at=timezone.now().isoformat()))

    assert told(bo) == [
        "customer_wrote",
        "resolved",
        "reopened",
        "resolved",
        "reopened",
    ]
    assert told(ada) == []


def test_an_answer_outside_the_desk_is_told(make_ticket, hear, item, shop, bo):
    ticket = make_ticket(external_id="asked")
    follow_ticket(ticket=ticket, user=bo)

    hear(shop, item(outbound=True, in_reply_to="asked"))

    assert told(bo) == ["answered"]


@pytest.fixture
def answered(ticket, ada):
    """Ada's answer, accepted by the platform."""

    def answer():
        reply = send_reply(
            ticket=ticket, user=ada, text="From ten.", client_key=str(uuid4())
        )
        said = Message.objects.create(
            channel=ticket.channel,
            thread=ticket.thread,
            external_id=f"out-{reply.pk}",
            direction="out",
            visibility="public",
            text="From ten.",
            posted_at=timezone.now(),
        )
        Delivery.objects.filter(pk=reply.delivery_id).update(
            state="sent", message=said, settled_at=timezone.now()
        )
        measurement.settle_replies([reply.delivery_id])

    return answer


def test_an_answer_is_told_to_all_but_its_writer(ticket, ada, bo, answered):
    follow_ticket(ticket=ticket, user=ada)
    follow_ticket(ticket=ticket, user=bo)

    answered()

    assert told(bo) == ["answered"]
    assert told(ada) == []


def test_nobody_is_told_of_a_ticket_out_of_their_sight(ticket, ada, bo, lena):
    follow_ticket(ticket=ticket, user=bo)
    Membership.objects.filter(user=bo).delete()

    resolve_ticket(ticket=ticket, user=ada)

    assert told(bo) == []


def test_who_left_is_told_nothing(ticket, ada, bo):
    follow_ticket(ticket=ticket, user=bo)
    User.objects.filter(pk=bo.pk).update(is_active=False)

    resolve_ticket(ticket=ticket, user=ada)

    assert told(bo) == []


def test_following_twice_is_following_once(ticket, bo):
    for on in (True, True, False, False):
        follow_ticket(ticket=ticket, user=bo, on=on)

    kinds = list(ticket.events.order_by("id").values_list("kind", flat=True))
    assert kinds[-2:] == ["followed", "unfollowed"]
    assert not Follower.objects.exists()


def test_who_may_not_see_a_ticket_does_not_follow_it(ticket, cas):
    with pytest.raises(NotAllowed):
        follow_ticket(ticket=ticket, user=cas)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("where", ["shop", "power", None])
def test_sql_and_queryset_agree_on_who_sees_what(ticket, cas, power_queue, role, where):
    queue = where and Queue.objects.get(slug=where)
    Membership.objects.create(user=cas, queue=queue, role=role)
    sees = f"""SELECT {seeing("u", "k")} FROM webcare_user u, webcare_ticket k
                WHERE u.id = %s AND k.id = %s"""

    with connection.cursor() as cursor:
        cursor.execute(sees, [cas.pk, ticket.pk])
        [found] = cursor.fetchone()

    user = User.objects.get(pk=cas.pk)
    assert found == visible_tickets(user).filter(pk=ticket.pk).exists()


def statements(work):
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def test_telling_a_batch_costs_no_statement(hear, item, shop, delivery_topic, bo):
    """A batch of many tickets with followers costs what one without costs."""

    def wrote(count):
        hear(
            shop,
            *[
                item(thread=f"t-{n}", author={"external_id": f"kim-{n}"})
                for n in range(count)
            ],
        )

    wrote(100)
    without = statements(lambda: wrote(1))
    Follower.objects.bulk_create(
        Follower(ticket=one, user=bo) for one in Ticket.objects.all()
    )

    with_many = statements(lambda: wrote(100))

    assert with_many == without
    assert told(bo) == ["customer_wrote"] * 100


@pytest.fixture
def three(ticket, ada, bo):
    """Bo follows, and was told three things; the first he has read."""
    follow_ticket(ticket=ticket, user=bo)
    resolve_ticket(ticket=ticket, user=ada)
    reopen_ticket(ticket=ticket, user=ada)
    resolve_ticket(ticket=ticket, user=ada)
    first, *_ = Notification.objects.order_by("id")
    read_notifications(user=bo, ids=[first.public_id])


def kinds(answer):
    return [(one["kind"], bool(one["read_at"])) for one in answer.json()["results"]]


def test_what_is_unread_comes_first_then_the_newest(as_client, bo, three):
    client = as_client(bo)

    whole = client.get(PATH)
    first = client.get(f"{PATH}?limit=2").json()
    second = client.get(first["next"]).json()

    assert kinds(whole) == [
        ("resolved", False),
        ("reopened", False),
        ("resolved", True),
    ]
    assert first["results"] + second["results"] == whole.json()["results"]
    assert client.get(second["previous"]).json()["results"] == first["results"]
    assert kinds(client.get(f"{PATH}?unread=true")) == kinds(whole)[:2]
    assert kinds(client.get(f"{PATH}?unread=false")) == kinds(whole)[2:]
    assert whole.json()["results"][0]["actor"]["name"] == "Ada"


def test_one_by_one_walks_all_of_them(as_client, bo, three):
    client, seen, address = as_client(bo), [], f"{PATH}?limit=1"
    while address:
        answer = client.get(address).json()
        seen += [one["id"] for one in answer["results"]]
        address = answer["next"]

    assert len(seen) == len(set(seen)) == 3


def test_reading_is_ones_own_affair(as_client, ada, bo, three, ticket):
    where = f"{PATH}/read"
    named = [str(one.public_id) for one in Notification.objects.all()]

    other = as_client(ada).post(where, {"ids": named}, "application/json")
    own = as_client(bo).post(where, {"ids": named}, "application/json")

    assert (other.json(), own.json()) == ({"read": 0}, {"read": 2})
    assert not Notification.objects.filter(read_at=None).exists()


@pytest.mark.parametrize("given", ["all", "ticket"])
def test_all_or_all_of_a_ticket_are_read_at_once(as_client, bo, three, ticket, given):
    body = {"all": True} if given == "all" else {"ticket": str(ticket.public_id)}

    answer = as_client(bo).post(f"{PATH}/read", body, "application/json")

    assert answer.json() == {"read": 2}


def test_reading_says_what(as_client, bo, ticket):
    client = as_client(bo)
    nobodys = {"ticket": "00000000-0000-0000-0000-000000000000"}

    assert client.post(f"{PATH}/read", {}, "application/json").status_code == 422
    assert client.post(f"{PATH}/read", nobodys, "application/json").status_code == 404


def test_a_ticket_that_left_ones_sight_leaves_the_list(
    as_client, bo, three, ticket, power_queue
):
    ticket.queue = power_queue
    ticket.save(update_fields=["queue"])

    assert as_client(bo).get(PATH).json()["results"] == []


@pytest.mark.parametrize("path", ["notifications", "tickets/{}/followers"])
def test_lists_cost_the_same_however_long(
    as_client, bo, ada, ticket, shop_queue, django_assert_num_queries, path
):
    client = as_client(bo)
    client.get("/api/v1/agents")
    where = f"/api/v1/{path.format(ticket.public_id)}?limit=200"
    follow_ticket(ticket=ticket, user=bo)
    resolve_ticket(ticket=ticket, user=ada)
    costs = statements(lambda: client.get(where))
    people = [User.objects.create_user(f"p{number}") for number in range(99)]
    Follower.objects.bulk_create(Follower(ticket=ticket, user=one) for one in people)
    event = ticket.events.order_by("id").last()
    Notification.objects.bulk_create(
        Notification(user=bo, ticket=ticket, kind="resolved", event=event)
        for _ in range(99)
    )

    with django_assert_num_queries(costs):
        answer = client.get(where)

    assert costs <= 3
    assert len(answer.json()["results"]) == 100


def test_what_was_read_long_ago_is_forgotten(three):
    long_ago = timezone.now() - timedelta(days=91)
    Notification.objects.filter(read_at__isnull=False).update(read_at=long_ago)

    assert forget_old() == 1
    assert Notification.objects.count() == 2
