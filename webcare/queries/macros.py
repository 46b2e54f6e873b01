"""Macros: which somebody may use, and what a ticket fills their variables with."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from conversations.models import Channel
from webcare.domain.fields import column_of
from webcare.domain.macros import FIELD, Owner
from webcare.exceptions import Invalid, NotFound
from webcare.models import FieldValue, Macro, MacroText, TeamMember, Ticket, User
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.sight import known_topics, of_own_queues, own_queues

AgentIs = Macro.Agent
MACROS = Order("m.created_at")
_USABLE = Listing(
    "m.public_id",
    "webcare_macro m",
    "m.id",
    where=[
        "NOT m.is_retired",
        """(m.user_id = %(me)s OR m.user_id IS NULL AND (m.team_id IS NULL OR EXISTS (
            SELECT FROM webcare_teammember t
             WHERE t.team_id = m.team_id AND t.user_id = %(me)s)))""",
        # One that leads to a queue or topic that they may not know of.
        """(%(queues)s::bigint[] IS NULL OR m.queue_id IS NULL
            OR m.queue_id = ANY(%(queues)s))""",
        """(%(topics)s::bigint[] IS NULL OR m.topic_id IS NULL
            OR m.topic_id = ANY(%(topics)s))""",
    ],
)


def macro_page(user: User, mark: Mark | None, limit: int) -> tuple[list[Macro], Page]:
    """Return a page of what `user` may use, the oldest first: four statements."""
    queues, topics = own_queues(user), known_topics(user)
    values = {
        "me": user.pk,
        "queues": None if queues is None else sorted(queues),
        "topics": None if topics is None else sorted(topics),
    }
    page = read_page(replace(_USABLE, values=values), MACROS, mark, limit)
    found = _in_full().in_bulk([pk for _at, pk, *_ in page.rows])
    return [found[pk] for _at, pk, *_ in page.rows if pk in found], page


def macro_for(user: User, public_id: UUID) -> Macro:
    """Return a macro that `user` may use, with all that is in it. Raises NotFound."""
    teams = TeamMember.objects.filter(user=user).values("team")
    own, of_team = Q(user=user), Q(team__in=teams)
    of_desk = Q(user=None, team=None)
    usable = _in_full().filter(own | of_team | of_desk, is_retired=False)
    usable = usable.filter(of_own_queues(user))
    if (known := known_topics(user)) is not None:
        usable = usable.filter(Q(topic=None) | Q(topic__in=known))
    found = usable.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such macro.")
    return found


def owner_of(macro: Macro) -> Owner:
    if macro.user_id:
        return Owner.PERSON
    return Owner.TEAM if macro.team_id else Owner.DESK


def channels_named(slugs: Collection[str]) -> dict[str, Channel]:
    """The channels that the texts of a request name, in one look. Raises Invalid."""
    found = {one.slug: one for one in Channel.objects.filter(slug__in=slugs)}
    if missing := sorted({*slugs} - found.keys()):
        sentence = _("There is no such channel: %s.") % ", ".join(missing)
        raise Invalid(texts=sentence)
    return found


def values_of(
    ticket: Ticket, user: User, fields: Collection[str], language: str
) -> dict[str, str]:
    """Return what the variables stand for when `user` writes on this ticket.

    `fields` are the keys of the custom fields that are asked for; their answers are
    written as the language says. What is not known is empty, or not there.
    """
    values = {
        "author.name": ticket.author.name,
        "author.handle": ticket.author.handle,
        "agent.name": user.get_full_name(),
        "ticket.number": str(ticket.pk),
        "queue.name": ticket.queue.name if ticket.queue else "",
    }
    if fields:
        given = FieldValue.objects.filter(ticket=ticket, field__key__in=fields)
        with translation.override(language or translation.get_language()):
            for one in given.select_related("field"):
                answer = getattr(one, column_of(one.kind))
                values[f"{FIELD}{one.field.key}"] = written_out(answer)
    return values


def written_out(answer: Any) -> str:
    """Return an answer to a custom field as the language in use writes it."""
    if isinstance(answer, bool):
        return _("yes") if answer else _("no")
    if isinstance(answer, Decimal):
        return f"{answer.normalize():f}"
    return f"{answer:%d-%m-%Y}" if isinstance(answer, date) else str(answer)


def _in_full() -> QuerySet[Macro]:
    texts = MacroText.objects.select_related("channel").order_by("id")
    return Macro.objects.select_related(
        "user", "team", "topic", "queue", "agent"
    ).prefetch_related(Prefetch("texts", texts), "tags")
