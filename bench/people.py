"""People with free hands, who take tickets or are given them; made for each run."""

from typing import NamedTuple

from django.db.models.functions import Now

from webcare.domain.permissions import Role
from webcare.models import Membership, Presence, Queue, User

CLAIMERS = 40
QUEUES, IN_EACH = 10, 5
CAPACITY = 30_000  # nobody's hands fill during a cell


class People(NamedTuple):
    claimers: list[User]
    push_queues: list[int]
    pushed_to: list[int]  # ids of users


def make_people() -> People:
    """Make those who take from all queues, and queues with people of their own."""
    claimers = [_person(f"taker-{n}", Role.ADMIN, None) for n in range(CLAIMERS)]
    queues = [_queue(f"push-{n}") for n in range(QUEUES)]
    given = [
        _person(f"{queue.slug}-{n}", Role.AGENT, queue)
        for queue in queues
        for n in range(IN_EACH)
    ]
    return People(
        claimers, [queue.pk for queue in queues], [person.pk for person in given]
    )


def _queue(slug: str) -> Queue:
    return Queue.objects.create(slug=slug, name=slug, handout=Queue.Handout.PUSH)


def _person(name: str, role: Role, queue: Queue | None) -> User:
    user = User.objects.create_user(
        f"bench-{name}", first_name=name.title(), capacity=CAPACITY
    )
    Membership.objects.create(user=user, queue=queue, role=role)
    Presence.objects.create(
        user=user, state=Presence.State.PRESENT, seen_at=Now(), last_assigned_at=Now()
    )
    return user
