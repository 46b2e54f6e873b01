"""The examples of docs/api.md do what they say."""

import json
import re
import shlex
from pathlib import Path

import pytest
from django.test import Client

from conversations.models import Author, InboundEvent
from webcare.actions.macros import make_macro
from webcare.domain.macros import Wording

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
pytestmark = pytest.mark.django_db(transaction=True)


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def commands():
    """Every curl command of the page, in its order."""
    text = "".join(blocks("sh")).replace("\\\n", " ")
    found = re.split(r"^(?=curl )", text, flags=re.MULTILINE)
    return [one for one in found if one.strip()]


def run(command, names):
    """Do what curl would, with the names of the page filled in."""
    for name, value in names.items():
        command = command.replace(f"${name}", value)
    words = iter(shlex.split(command)[1:])
    verb, headers, body, address = "GET", {}, "", ""
    for word in words:
        if word == "-X":
            verb = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(words)
        else:
            address = word
    kind = headers.pop("Content-Type", "application/octet-stream")
    return Client().generic(verb, address, body, content_type=kind, headers=headers)


def test_every_example_works(key_of, root, ticket):
    names = {"URL": "", "TOKEN": key_of(root), "TICKET": str(ticket.public_id)}
    macro = make_macro(user=root, name="Hi", texts=[Wording(None, "", "Hi")])
    names["MACRO"] = str(macro.public_id)
    gone = Author.objects.create(channel=ticket.channel, external_id="gone")
    names["PERSON"] = str(gone.public_id)

    statuses = {one: run(one, names).status_code for one in commands()}

    assert len(statuses) > 20
    assert {one: code for one, code in statuses.items() if code >= 300} == {}


def test_the_answer_of_the_first_example_is_as_shown(key_of, root, shop):
    first = run(commands()[0], {"URL": "", "TOKEN": key_of(root)})

    assert [first.json()] == [json.loads(one) for one in blocks("json")]


def test_the_signed_call_is_accepted(live_server, shop):
    [code] = blocks("python")

    exec(code, {"URL": live_server.url, "SECRET": shop.secret})

    assert InboundEvent.objects.get().source == "hook"
