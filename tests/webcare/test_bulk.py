"""Changes of many tickets: each once, by who may, and taken back where untouched."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.actions import batches
from conversations.actions.batches import drain
from conversations.models import Work
from webcare.actions import bulk, bulk_selection, bulk_undo, in_bulk
from webcare.actions.bulk import cancel, change_many
from webcare.actions.bulk_undo import undo
from webcare.actions.tickets import (
    assign_ticket,
    claim_ticket,
    classify_ticket,
    route_ticket,
)
from webcare.domain.permissions import Role
from webcare.domain.ticket_filters import read_definition
from webcare.exceptions import Invalid, NotAllowed, TicketChanged
from webcare.models import (
    BulkItem,
    BulkJob,
    CustomField,
    ExternalReference,
    FieldValue,
    Follower,
    Membership,
    Tag,
    Ticket,
    TicketEvent,
    TicketTag,
    Topic,
)
from webcare.queries.ticket_lists import Wanted


@pytest.fixture
def tickets(hear, shop, item, delivery_topic):
    """Five tickets in the shop queue."""
    hear(shop, *(item() for _ in range(5)))
    return list(Ticket.objects.order_by("pk"))


def ids(tickets):
    return [one.public_id for one in tickets]


def work():
    for module in (bulk, bulk_undo):
        while sum(drain(module.STAGE)):
            pass
    assert not Work.objects.exclude(error="").values_list("stage", "error")


def do(user, action, tickets):
    job = change_many(user=user, action=action, tickets=ids(tickets))
    work()
    job.refresh_from_db()
    return job


def codes(job):
    return list(
        BulkItem.objects.filter(job=job).order_by("pk").values_list("state", "code")
    )


@pytest.mark.parametrize(
    ("action", "changed"),
    [
        ({"do": "assign", "agent": "ADA"}, {"agent__username": "ada"}),
        ({"do": "route", "queue": "power"}, {"queue__slug": "power"}),
        ({"do": "classify", "topic": None}, {"topic": None, "topic_by": "person"}),
        ({"do": "priority", "priority": "high"}, {"priority": "high"}),
        ({"do": "tag", "tag": "vip"}, {"ticket_tags__tag__slug": "vip"}),
        ({"do": "resolve"}, {"status": "resolved"}),
    ],
)
def test_a_change_is_done_to_each_ticket_and_logged(
    lena, ada, tickets, power_queue, action, changed
):
    Tag.objects.create(slug="vip", name="VIP")
    action = {k: str(ada.public_id) if v == "ADA" else v for k, v in action.items()}

    job = do(lena, action, tickets)

    assert (job.state, job.total, job.done) == ("done", 5, 5)
    assert job.finished_at
    assert Ticket.objects.filter(**changed).count() == 5
    assert TicketEvent.objects.filter(actor=lena).count() == 5
    assert set(codes(job)) == {("done", "")}


def test_a_filter_is_settled_when_it_is_asked(lena, tickets, hear, shop, item):
    job = change_many(
        user=lena,
        action={"do": "priority", "priority": "low"},
        wanted=Wanted(queue="shop"),
        asked={"queue": "shop"},
    )
    hear(shop, item())

    assert job.total == 5
    assert Ticket.objects.filter(priority="low").count() == 5
    assert Ticket.objects.count() == 6


def test_a_filter_finds_only_what_its_asker_sees(lena, tickets, power_queue):
    Ticket.objects.filter(pk=tickets[0].pk).update(queue=power_queue)

    job = change_many(user=lena, action={"do": "release"}, wanted=Wanted())

    assert job.total == 4
    with pytest.raises(Invalid) as refused:
        do(lena, {"do": "release"}, tickets)
    assert list(refused.value.errors) == ["tickets"]
    assert BulkJob.objects.count() == 1


def test_more_than_the_most_is_refused_whole(lena, tickets, monkeypatch):
    monkeypatch.setattr(bulk_selection, "MOST_FOUND", 4)

    with pytest.raises(Invalid):
        change_many(user=lena, action={"do": "release"}, wanted=Wanted())

    assert not BulkItem.objects.exists()


def test_danger_is_never_changed_in_bulk(lena, tickets):
    Ticket.objects.filter(pk=tickets[2].pk).update(is_danger=True, priority="urgent")

    job = do(lena, {"do": "resolve"}, tickets)

    assert (job.done, job.skipped) == (4, 1)
    assert codes(job)[2] == ("skipped", "danger")
    assert Ticket.objects.get(pk=tickets[2].pk).status == "new"


def test_rights_are_asked_again_when_it_is_done(lena, ada, tickets, power_queue):
    job = change_many(
        user=lena,
        action={"do": "priority", "priority": "low"},
        tickets=ids(tickets),
    )
    Ticket.objects.filter(pk=tickets[0].pk).update(queue=power_queue)
    Membership.objects.create(user=lena, queue=power_queue, role=Role.LISTENER)
    Ticket.objects.filter(pk=tickets[1].pk).update(queue=None)
    work()

    assert codes(job)[:3] == [
        ("failed", "not_allowed"),
        ("failed", "not_found"),
        ("done", ""),
    ]


def test_an_agent_gives_nothing_to_others_in_bulk(ada, bo, cas, tickets):
    given = do(ada, {"do": "assign", "agent": str(bo.public_id)}, tickets)
    taken = do(ada, {"do": "assign", "agent": str(ada.public_id)}, tickets)

    assert set(codes(given)) == {("failed", "not_allowed")}
    assert set(codes(taken)) == {("done", "")}
    with pytest.raises(NotAllowed):
        change_many(user=cas, action={"do": "release"}, wanted=Wanted())


def test_what_is_refused_says_why_and_the_rest_goes_on(lena, ada, tickets):
    do(lena, {"do": "resolve"}, tickets[:2])

    job = do(lena, {"do": "resolve"}, tickets)
    again = do(lena, {"do": "assign", "agent": str(ada.public_id)}, tickets[:1])

    assert (job.done, job.failed) == (3, 2)
    assert codes(job)[0] == ("failed", "invalid_move")
    assert codes(again) == [("failed", "not_live")]


@pytest.mark.parametrize(
    "action",
    [
        {"do": "assign", "agent": "ADA"},
        {"do": "route", "queue": "power"},
        {"do": "classify", "topic": "power"},
        {"do": "priority", "priority": "high", "reason": "Press"},
        {"do": "tag", "tag": "vip"},
    ],
)
def test_an_undo_puts_every_ticket_back(root, ada, tickets, power_queue, action):
    Tag.objects.create(slug="vip", name="VIP")
    Topic.objects.create(slug="power", name="Power")
    action = {k: str(ada.public_id) if v == "ADA" else v for k, v in action.items()}
    names = ("status", "queue", "agent", "topic", "topic_by", "topic_confidence")
    names += ("priority", "priority_by", "priority_reason")
    before = list(Ticket.objects.order_by("pk").values(*names))
    job = do(root, action, tickets)
    assert job.done == 5

    undo(user=root, job=job)
    work()

    job.refresh_from_db()
    assert (job.state, job.undone, job.undoing) == ("undone", 5, 0)
    assert list(Ticket.objects.order_by("pk").values(*names)) == before
    assert not Ticket.objects.filter(ticket_tags__isnull=False).exists()
    assert set(codes(job)) == {("undone", "")}


def test_an_undo_leaves_what_somebody_changed_since(lena, ada, bo, tickets):
    job = do(lena, {"do": "assign", "agent": str(ada.public_id)}, tickets)
    for one in tickets[:2]:
        one.refresh_from_db()
    assign_ticket(ticket=tickets[0], user=lena, agent=bo)
    classify_ticket(ticket=tickets[1], user=ada, topic=None)  # another matter

    undo(user=lena, job=job)
    work()

    job.refresh_from_db()
    assert (job.undone, job.done) == (4, 5)
    assert codes(job)[0] == ("done", "changed_since")
    agents = Ticket.objects.order_by("pk").values_list("agent__username", flat=True)
    assert list(agents) == ["bo", None, None, None, None]
    undone = TicketEvent.objects.filter(kind="undone")
    assert set(undone.values_list("data__status", "data__agent")) == {("new", None)}


def test_an_undo_gives_nothing_to_who_does_not_work_there(
    lena, ada, bo, tickets, power_queue
):
    Membership.objects.create(user=lena, queue=power_queue, role=Role.LEAD)
    Membership.objects.filter(user=bo).update(queue=power_queue)
    moved, released, free = tickets[:3]
    assign_ticket(ticket=released, user=lena, agent=ada)
    route = do(lena, {"do": "route", "queue": "power"}, [moved, free])
    release = do(lena, {"do": "release"}, [released])
    for one in (moved, released):
        one.refresh_from_db()
    claim_ticket(ticket=moved, user=bo)
    route_ticket(ticket=released, user=lena, queue=power_queue)

    for job in (route, release):
        undo(user=lena, job=job)
    work()

    found = Ticket.objects.order_by("pk").values_list("agent__username", "queue__slug")
    assert list(found[:3]) == [("bo", "power"), (None, "power"), (None, "shop")]
    assert [codes(job)[0] for job in (route, release)] == [
        ("done", "changed_since")
    ] * 2


def test_an_undo_waits_for_the_end_and_is_done_once(lena, tickets):
    job = change_many(
        user=lena, action={"do": "priority", "priority": "low"}, tickets=ids(tickets)
    )
    with pytest.raises(TicketChanged):
        undo(user=lena, job=job)
    work()
    undo(user=lena, job=job)
    with pytest.raises(TicketChanged):
        undo(user=lena, job=job)
    work()
    with pytest.raises(TicketChanged):
        undo(user=lena, job=job)


def test_what_is_cancelled_is_left_alone(lena, tickets):
    job = change_many(
        user=lena, action={"do": "priority", "priority": "low"}, tickets=ids(tickets)
    )

    cancel(user=lena, job=job)
    work()

    job.refresh_from_db()
    assert (job.state, job.skipped, job.done) == ("cancelled", 5, 0)
    assert job.finished_at
    assert not Ticket.objects.filter(priority="low").exists()
    with pytest.raises(TicketChanged):
        cancel(user=lena, job=job)


def test_what_breaks_fails_alone(lena, tickets, monkeypatch):
    poison = tickets[3].pk
    real = in_bulk.prioritise

    def breaking(rows, by, **more):
        if any(row.id == poison for row in rows):
            raise ValueError
        return real(rows, by, **more)

    monkeypatch.setattr(in_bulk, "prioritise", breaking)

    job = do(lena, {"do": "priority", "priority": "low"}, tickets)

    assert (job.state, job.done, job.failed) == ("done", 4, 1)
    assert codes(job)[3] == ("failed", "failed")


def test_a_worker_that_dies_leaves_nothing_half_done(lena, tickets):
    job = change_many(
        user=lena, action={"do": "priority", "priority": "low"}, tickets=ids(tickets)
    )
    items = list(BulkItem.objects.values_list("pk", flat=True))

    class Killed(BaseException):
        """Nothing catches this, as nothing catches a signal."""

    def die(subjects):
        bulk.run(subjects)
        raise Killed

    with pytest.raises(Killed):
        list(drain(batches.Stage("bulk", die)))
    assert not Ticket.objects.filter(priority="low").exists()

    Work.objects.update(leased_until=None)
    work()
    bulk.run(items)  # a twin that comes late finds nothing to do

    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 5)
    assert TicketEvent.objects.filter(kind="priority_changed").count() == 5


@pytest.mark.django_db(transaction=True)
def test_many_workers_do_each_item_once(lena, hear, shop, item, delivery_topic):
    for _ in range(3):
        hear(shop, *(item() for _ in range(200)))
    job = change_many(user=lena, action={"do": "resolve"}, wanted=Wanted())
    Work.objects.filter(stage="bulk").update(attempts=1)  # batches of fifty

    def labour():
        list(drain(bulk.STAGE))
        connection.close()

    workers = [threading.Thread(target=labour) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", 600, 600)
    resolved = TicketEvent.objects.filter(kind="resolved")
    assert resolved.count() == resolved.values("ticket").distinct().count() == 600


@pytest.mark.parametrize(
    ("action", "wanted"),
    [
        ({"do": "priority", "priority": "high"}, {"priority": ("normal",)}),
        ({"do": "resolve"}, {"status": ("new",)}),
        ({"do": "snooze", "until": "SOON"}, {"status": ("new",)}),
    ],
)
def test_statements_do_not_grow_with_the_tickets(
    lena, hear, shop, item, tickets, action, wanted
):
    soon = (timezone.now() + timedelta(hours=1)).isoformat()
    action = {k: soon if v == "SOON" else v for k, v in action.items()}

    costs = []
    for count in (50, 1):
        hear(shop, *(item() for _ in range(count)))
        job = change_many(user=lena, action=action, wanted=Wanted(**wanted))
        with CaptureQueriesContext(connection) as asked:
            list(drain(bulk.STAGE))
        job.refresh_from_db()
        assert job.done == job.total >= count
        undo(user=lena, job=job)
        with CaptureQueriesContext(connection) as undone:
            list(drain(bulk_undo.STAGE))
        job.refresh_from_db()
        assert job.undone == job.done
        Ticket.objects.update(status="open", snoozed_until=None, priority="low")
        costs.append((len(asked), len(undone)))

    assert costs[0] == costs[1]


def test_a_filter_may_be_all_that_a_list_can_be_asked_for(lena, tickets):
    """Whatever it names, it is not passed over: it narrows."""
    marked = tickets[2]
    tag = Tag.objects.create(slug="vip", name="VIP")
    TicketTag.objects.create(ticket=marked, tag=tag)
    Follower.objects.create(ticket=marked, user=lena)
    ExternalReference.objects.create(ticket=marked, system="crm", reference="C-7")
    field = CustomField.objects.create(key="size", name="Size", kind="number")
    FieldValue.objects.create(ticket=marked, field=field, kind="number", number=7)

    for given in (
        {"tag": "vip"},
        {"following": "true"},
        {"external_ref": "C-7"},
        {"field.size": "7"},
        {"field.size__min": "6", "status": "live"},
    ):
        values, problems = read_definition(given)
        job = change_many(
            user=lena, action={"do": "release"}, wanted=Wanted(**values), asked=given
        )
        found = BulkItem.objects.filter(job=job).values_list("ticket", flat=True)
        assert (problems, list(found)) == ({}, [marked.pk])
