"""What macros say in these tests."""

from webcare.domain.macros import Wording

HELLO = "Dear {{author.name}}, about {{ticket.number}}. {{agent.name}}"


def any_of(text):
    return [Wording(None, "", text)]
