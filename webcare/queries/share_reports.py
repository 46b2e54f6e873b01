"""Reports of shares, line by line, as they are told everywhere."""

from typing import Any

from webcare.domain import share_lines
from webcare.models import User
from webcare.queries.measures.all import ROLLED
from webcare.queries.reports import Asked, lines
from webcare.queries.satisfaction import figures_of_surveys

Line = dict[str, Any]


def satisfaction(user: User, asked: Asked) -> list[Line]:
    """How satisfied the authors were whose questions were resolved in a period.

    By event, those who answered in it. Raises NotAllowed.
    """
    return [
        share_lines.satisfaction_out(key, line, asked.view)
        for key, line in figures_of_surveys(user, asked)
    ]


def response_rate(user: User, asked: Asked) -> list[Line]:
    """What became of the messages that authors wrote in a period.

    A message that is in no ticket is in no queue: who sees all queues counts it.
    Raises NotAllowed, Invalid where a name means nothing.
    """
    return [
        share_lines.response_rate_out(line.key, line.counts)
        for line in lines(user, ROLLED["response_rate"], asked)
    ]


def added_value(user: User, asked: Asked) -> list[Line]:
    """What became of the conversations that began in a period.

    Raises NotAllowed, Invalid where a name means nothing.
    """
    return [
        share_lines.added_value_out(line.key, line.counts)
        for line in lines(user, ROLLED["added_value"], asked)
    ]
