"""Who may do what: every operation, everybody, in one table that people can read.

The table is `permission_table.txt`, one line for each operation:

    verb route   what each person gets, in the order of the heading   a body, if needed

`ok` is let in (2xx, or 409 for something that is not possible now), 403 and 404 are
refused. The body is JSON; `$name` in it stands for the id or slug of a thing below. A
new route needs one line, which the failing test prints, ready to be read and pasted;
where its path has a new parameter, or needs something to act on, `things` makes it.
"""

import json
import re
from base64 import b32decode
from datetime import time, timedelta
from pathlib import Path
from time import time as clock

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction
from django.test import Client
from django.utils import timezone

from conversations.models import Author, Channel, Message
from tests.files import GIF
from tests.webcare.api.test_access import operations
from webcare.actions.attachments import attach
from webcare.actions.automation import make_rule
from webcare.actions.bulk import change_many
from webcare.actions.calendars import make_calendar
from webcare.actions.consultations import consult
from webcare.actions.imports import make_import
from webcare.actions.links import link_tickets
from webcare.actions.macros import make_macro
from webcare.actions.policies import make_policy
from webcare.actions.replies import send_reply
from webcare.actions.report_schedules import make_schedule
from webcare.actions.routing_table import save_table
from webcare.actions.subscriptions import make_subscription, ping
from webcare.actions.topic_merges import merge_topic
from webcare.actions.topic_samples import draw_sample
from webcare.actions.training import request_training
from webcare.domain.macros import Owner, Wording
from webcare.domain.permissions import Role
from webcare.domain.second_factors import digest_of, new_secret
from webcare.models import (
    Alarm,
    AuthorList,
    CustomField,
    Erasure,
    Membership,
    OnCall,
    RecoveryCode,
    SecondFactor,
    SignIn,
    Skill,
    Survey,
    Tag,
    Team,
    Topic,
    TopicExample,
    TopicRule,
    User,
)
from webcare.queries.links import Relation

TABLE = Path(__file__).with_name("permission_table.txt")
PEOPLE = (
    "nobody",  # signed in, without a role
    "listener",
    "agent",
    "external",  # an agent who works for somebody else
    "specialist",
    "lead",
    "elsewhere",  # leads another queue than that of the ticket
    "privacy",
    "integrator",
    "admin",
)
# Streams do not end, and have tests of their own.
STREAMS: set[tuple[str, str]] = {("live", "get")}


@pytest.fixture
def people(shop_queue, power_queue):
    """Everybody of the heading; privacy, integrator and admin hold all queues."""
    roles = {
        "listener": (Role.LISTENER, shop_queue),
        "agent": (Role.AGENT, shop_queue),
        "external": (Role.AGENT, shop_queue),
        "specialist": (Role.SPECIALIST, shop_queue),
        "lead": (Role.LEAD, shop_queue),
        "elsewhere": (Role.LEAD, power_queue),
        "privacy": (Role.PRIVACY_OFFICER, None),
        "integrator": (Role.INTEGRATOR, None),
        "admin": (Role.ADMIN, None),
    }
    made = {
        name: User.objects.create_user(f"p-{name}", is_external=name == "external")
        for name in PEOPLE
    }
    for name, (role, queue) in roles.items():
        Membership.objects.create(user=made[name], role=role, queue=queue)
    return made


class CodeNow:
    """What an app shows at this moment."""

    def __init__(self, secret):
        self._totp = TOTP(b32decode(secret), 6, SHA1(), 30)

    def __str__(self):
        return self._totp.generate(int(clock())).decode()


@pytest.fixture
def steps(people):
    """Everybody has a password and a recovery code, and an app to confirm."""
    secret = new_secret()
    for one in people.values():
        one.set_password("a long enough secret")
        one.save(update_fields=["password"])
        SecondFactor.objects.create(user=one, secret=secret)
        RecoveryCode.objects.create(user=one, digest=digest_of("paper"))
    return {"shown": CodeNow(secret)}


@pytest.fixture
def more(ticket, hear, item, shop):
    """A second message in the ticket."""
    first = Message.objects.get(pk=ticket.last_inbound_id)
    author = {"external_id": ticket.author.external_id}
    [said] = hear(shop, item(author=author, in_reply_to=first.external_id))
    return said


@pytest.fixture
def things(
    ticket,
    ada,
    bo,
    lena,
    shop_queue,
    power_queue,
    delivery_topic,
    root,
    make_ticket,
    more,
    people,
    steps,
):
    """What routes and bodies name: parameter or `$name` -> id or slug.

    A name with a route before it, `topics:slug`, is for that route alone.
    """
    subscription, _ = make_subscription(
        user=root, owner=root, name="CRM", url="http://127.0.0.1:9/"
    )
    Channel.objects.filter(pk=ticket.channel_id).update(files="x")
    ticket.channel.refresh_from_db()
    attached = attach(ticket=ticket, user=ada, name="a.gif", content=GIF)
    reply = send_reply(
        ticket=ticket,
        user=ada,
        text="Tomorrow.",
        client_key="k",
        attachments=[attached.public_id],
    )
    User.objects.filter(pk=bo.pk).update(needs_approval=True)
    bo.refresh_from_db()
    approval = send_reply(ticket=ticket, user=bo, text="Today.", client_key="a")
    return steps | {
        "ticket": ticket.public_id,
        "other": make_ticket().public_id,
        "message": more.public_id,
        "link": link_tickets(
            ticket=ticket, other=make_ticket(), is_a=Relation.RELATED, user=ada
        ).public_id,
        "soon": (timezone.now() + timedelta(hours=1)).isoformat(),
        "reply": reply.public_id,
        "attachment": attached.public_id,
        "approval": approval.public_id,
        "imports:job": make_import(
            user=root, name="x.csv", body=b"Message,Date\nHi,2026-01-01\n"
        ).public_id,
        "ada": ada.public_id,
        "bo": bo.public_id,
        "shop": shop_queue.slug,
        "power": power_queue.slug,
        "topics:slug": delivery_topic.slug,
        "example": TopicExample.objects.create(
            topic=delivery_topic, text="Late!", digest=b"1"
        ).pk,
        "queues:slug": shop_queue.slug,
        "channels:slug": ticket.channel.slug,
        "policy": make_policy(
            user=root,
            name="All",
            definition={"promises": {"resolution": {"seconds": 3_600}}},
        ).public_id,
        "calendars:slug": make_calendar(
            user=root,
            slug="office",
            name="Office",
            is_default=True,  # so that everybody may know of it
            definition={
                "time_zone": "Europe/Amsterdam",
                "week": {"monday": [{"from": "09:00", "until": "17:00"}]},
            },
        ).slug,
        "number": save_table(user=root, rules=[]),
        "author-lists:slug": AuthorList.objects.create(slug="press", name="Press").slug,
        "author": ticket.author.public_id,
        "person": Author.objects.create(
            channel=ticket.channel, external_id="p", handle="ex"
        ).public_id,
        "erasure": Erasure.objects.create(
            author=Author.objects.create(channel=ticket.channel, external_id="q"),
            asked_by=root,
            reason="request",
        ).public_id,
        "fields:key": CustomField.objects.create(
            key="account", kind="text", name="Account", queue=shop_queue
        ).key,
        "tags:slug": Tag.objects.create(slug="angry", name="Angry").slug,
        "reference": ticket.references.create(system="crm", reference="1").public_id,
        "skills:slug": Skill.objects.create(slug="legal", name="Legal").slug,
        "agent": bo.public_id,
        "team": Team.objects.create(name="Evening").public_id,
        "rule": str(TopicRule.objects.get().public_id),
        "job": change_many(
            user=root, action={"do": "release"}, tickets=[ticket.public_id]
        ).public_id,
        "rules:rule": make_rule(
            user=root,
            name="Note",
            queue=shop_queue,
            definition={
                "trigger": {"events": ["opened"]},
                "actions": [{"do": "release"}],
            },
        ).public_id,
        "sample": (sample := draw_sample(user=root, size=9, days=30)).public_id,
        "sampled": sample.tickets.get(ticket=ticket).public_id,
        "boxes": Topic.objects.create(slug="boxes", name="Boxes").slug,
        "merge": merge_topic(
            user=root,
            topic=Topic.objects.create(slug="parcels", name="Parcels"),
            into=delivery_topic,
        ).public_id,
        "training": request_training().public_id,
        "consultation": consult(
            ticket=ticket, user=ada, to="t@example.org", question="?", hold=False
        ).public_id,
        "alarm": Alarm.objects.create(ticket=ticket).public_id,
        "survey": Survey.objects.create(
            ticket=ticket,
            event=ticket.events.earliest("id"),
            ended_at=timezone.now(),
            author=ticket.author,
            channel=ticket.channel,
            queue=shop_queue,
            priority="normal",
            language="nl",
            due_at=timezone.now(),
        ).public_id,
        "on_call_id": OnCall.objects.create(
            position=1, name="Fay", email="fay@example.org"
        ).public_id,
        "subscription": subscription.public_id,
        "what": "turns",
        "schedule": make_schedule(
            user=people["lead"],
            name="Weekly",
            report="satisfaction",
            period="last_week",
            days=[1],
            at=time(8),
            to=["a@example.org"],
        ).public_id,
        # Everybody's, so that everybody can find it.
        "macro": make_macro(
            user=root,
            name="Hello",
            owned_by=Owner.DESK,
            texts=[Wording(None, "", "Hello")],
        ).public_id,
        "view": "mine",  # everybody's: changed by nobody
        "delivery": ping(user=root, subscription=subscription).public_id,
        "session": SignIn.objects.create(user=root, session_key="k").public_id,
        "token": str(root.tokens.create(name="t", digest=b"t").public_id),
    }


def written():
    """The table as it is kept: operation -> (what each person gets, body)."""
    lines = [one for one in TABLE.read_text().splitlines() if one and one[0] != "#"]
    parts = [line.split(maxsplit=len(PEOPLE) + 2) for line in lines]
    return {
        (route, verb.lower()): (
            cells[: len(PEOPLE)],
            cells[len(PEOPLE)] if len(cells) > len(PEOPLE) else "",
        )
        for verb, route, *cells in parts
    }


def line_of(operation, cells, body):
    route, verb = operation
    shown = " ".join(
        f"{cell:<{len(one)}}" for cell, one in zip(cells, PEOPLE, strict=True)
    )
    return f"{verb.upper():<6} {route:<62} {shown} {body}".rstrip()


def address_of(path, things):
    """The path with its parameters filled in."""
    first = path.removeprefix("api/v1/").split("/")[0]

    def value(found):
        name = found[1]
        return str(things.get(f"{first}:{name}", things.get(name, 0)))

    return "/" + re.sub(r"<\w+:(\w+)>", value, path)


def answer(client, operation, things, body):
    """What is answered, in a word; whatever is changed by it is taken back."""
    path, verb = operation
    where = address_of(f"api/v1/{path}", things)
    data = re.sub(r"\$(\w+)", lambda found: str(things[found[1]]), body or "{}")
    with transaction.atomic():
        given = [] if verb == "get" else [json.loads(data), "application/json"]
        status = getattr(client, verb)(where, *given).status_code
        transaction.set_rollback(True)
    return "ok" if status < 300 or status in {409, 412} else str(status)


def test_every_operation_answers_everybody_as_the_table_says(people, things, as_client):
    table = written()
    clients = [as_client(people[name]) for name in PEOPLE]
    found = {
        (path.removeprefix("api/v1/"), verb) for path, verb in operations()
    } - STREAMS
    wrong = []
    for operation in sorted(found | set(table)):
        said, body = table.get(operation, ([], ""))
        cells = [answer(client, operation, things, body) for client in clients]
        if operation not in found or cells != said:
            was = line_of(operation, said, body) if said else "(no line)"
            wrong.append(f"- {was}\n+ {line_of(operation, cells, body)}")

    assert not wrong, "The table and the API differ:\n" + "\n".join(wrong)


def test_the_table_is_well_formed_and_has_a_body_where_one_is_asked():
    table = written()
    lines = [line for line in TABLE.read_text().splitlines() if line]

    assert lines[0] == line_of(("route", "#verb"), PEOPLE, "body")
    assert len(table) == len(lines) - 1 > 40
    assert not {op for op, (cells, _) in table.items() if "422" in cells}
    assert not {op for op, (cells, _) in table.items() if "500" in cells}


@pytest.mark.parametrize("name", ["nobody", "elsewhere"])
def test_a_ticket_out_of_sight_is_not_there(name):
    column = PEOPLE.index(name)
    inside = {
        cells[column]
        for (route, _), (cells, _) in written().items()
        if route.startswith("tickets/<")
    }

    assert inside == {"404"}


def test_a_client_without_a_token_is_not_let_in(things, db):
    answers = {
        answer(Client(), operation, things, body)
        for operation, (_, body) in written().items()
    }

    assert answers == {"401"}
