"""Whose key is it, and what does it open?"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from conversations.models import Channel
from conversations.models.bulk import fetch
from webcare.domain.permissions import Permission, roles_with
from webcare.domain.tokens import LONGEST, digest_of
from webcare.models import ApiToken, User
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import Rights


@dataclass(frozen=True, slots=True)
class Holder:
    """Who calls with a token, and what the token is for."""

    token: int
    user: User
    scopes: frozenset[str]
    used_at: datetime | None


class Feeder(NamedTuple):
    """Who hands in messages, and where: all that intake needs to know."""

    token: int
    used_at: datetime | None
    may_feed: bool
    channel: Channel | None
    now: datetime  # by the database's clock


def holder_of(token: str) -> Holder | None:
    """Return whose valid token this is; None for any other text.

    One statement, which reads the owner's roles as well: nothing later in the request
    has to ask for them again.
    """
    if len(token) > LONGEST:
        return None
    found = fetch(_HOLDER, [digest_of(token)], prepared=True)
    if not found:
        return None
    pk, scopes, used_at, roles, *fields = found[0]
    user = User.from_db("default", _USER, fields)
    held = {(role, queue) for role, queue in json.loads(roles)}
    user.__dict__["rights"] = Rights.holding(user, held)
    return Holder(pk, user, frozenset(json.loads(scopes)), used_at)


def feeder_of(token: str, slug: str) -> Feeder | None:
    """Return whether this token may hand in messages, and the channel called `slug`.

    One statement for what intake asks at every call: the token, its owner's roles,
    the channel and the time. None when the token is not valid.
    """
    if len(token) > LONGEST:
        return None
    found = fetch(_FEEDER, [_FEEDING, slug, digest_of(token)], prepared=True)
    if not found:
        return None
    pk, used_at, may_feed, channel, kind, now = found[0]
    names = ["id", "slug", "kind"]
    channel = channel and Channel.from_db("default", names, [channel, slug, kind])
    return Feeder(pk, used_at, may_feed, channel, now)


_USER = [field.attname for field in User._meta.concrete_fields]
_HOLDER = f"""
    SELECT t.id, t.scopes, t.used_at,
           (SELECT coalesce(jsonb_agg(jsonb_build_array(m.role, m.queue_id)), '[]')
              FROM webcare_membership m WHERE m.user_id = u.id),
           {", ".join(f"u.{name}" for name in _USER)}
      FROM webcare_apitoken t
      JOIN webcare_user u ON u.id = t.user_id AND u.is_active
     WHERE t.digest = %s AND t.revoked_at IS NULL
       AND (t.expires_at IS NULL OR t.expires_at > now())"""
_FEEDING = roles_with(Permission.FEED)
_FEEDER = """
    SELECT t.id, t.used_at,
           t.scopes ? 'intake' AND (u.is_superuser OR EXISTS (
               SELECT FROM webcare_membership m
                WHERE m.user_id = u.id AND m.queue_id IS NULL AND m.role = ANY(%s))),
           c.id, c.kind, now()
      FROM webcare_apitoken t
      JOIN webcare_user u ON u.id = t.user_id AND u.is_active
      LEFT JOIN conversations_channel c ON c.slug = %s
     WHERE t.digest = %s AND t.revoked_at IS NULL
       AND (t.expires_at IS NULL OR t.expires_at > now())"""


_LISTED = Listing("t.public_id", "webcare_apitoken t", "t.id")
NEWEST = Order("t.created_at", descending=True)


def token_page(mark: Mark | None, limit: int) -> tuple[list[ApiToken], Page]:
    """Return a page of all tokens, the newest first: two statements."""
    page = read_page(_LISTED, NEWEST, mark, limit)
    found = tokens().in_bulk([pk for _at, pk, *_ in page.rows])
    return [found[pk] for _at, pk, *_ in page.rows if pk in found], page


def tokens_of(user: User, most: int) -> list[ApiToken]:
    """Return the tokens that have the roles of `user`, the newest first."""
    return list(tokens().filter(user=user).order_by("-created_at", "-pk")[:most])


def tokens() -> QuerySet[ApiToken]:
    """Return all tokens with their owners; what they open is nowhere to be read."""
    return ApiToken.objects.select_related("user").order_by("-id")
