"""What a run needs to know of a seeded desk, printed as JSON; `python -m bench.desk`.

Makes the token and the session that requests are made with, and shows the agents at
work. The tickets named are live and somebody's, so that each can be answered.
"""

import json
from typing import Any

import django

TICKETS = 5_000


def look() -> dict[str, Any]:
    """Prepare the desk for a run and return what it is called with."""
    from django.db.models.functions import Now

    from bench.seed_desk import WRITERS
    from conversations.models import Channel
    from webcare.models import Presence, Ticket, User

    Presence.objects.update(seen_at=Now())
    writers = {name: User.objects.get(username=f"bench-{name}") for name in WRITERS}
    tickets = Ticket.objects.filter(status="open").order_by("-pk")[:TICKETS]
    channels = Channel.objects.values_list("slug", "pk")
    waiting = Ticket.objects.filter(status="new").order_by("-pk")[:TICKETS]
    return {
        "token": _token(writers["ours"]),
        "floor_token": _token(writers["floor"]),
        "cookie": _session(writers["ours"]),
        "channels": {slug.removeprefix("bench-"): pk for slug, pk in channels},
        "users": {name: user.pk for name, user in writers.items()},
        "tickets": [(str(one.public_id), one.pk) for one in tickets],
        "waiting": [(str(one.public_id), one.pk, one.queue_id) for one in waiting],
        **_people(),
    }


def _people() -> dict[str, Any]:
    """People with free hands: some who take tickets, some who are given them."""
    from bench.people import make_people

    people = make_people()
    takers = [(one.pk, _token(one)) for one in people.claimers]
    return people._asdict() | {"claimers": takers}


def _token(user: Any) -> str:
    from webcare.actions.tokens import make_token
    from webcare.domain.tokens import Scope

    _, key = make_token(user=user, owner=user, name="bench", scopes=Scope)
    return key


def _session(user: Any) -> str:
    """Sign in as a browser would be after the form; returns its cookie."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


if __name__ == "__main__":
    django.setup()
    print(json.dumps(look()))
