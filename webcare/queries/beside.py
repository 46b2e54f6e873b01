"""What people put on a ticket: tags, answers, followers, and what one has begun."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from webcare.queries.attachments import READY, Attached, attached
from webcare.queries.inbox import in_words
from webcare.queries.links import LINKED, SIBLINGS_SHOWN
from webcare.queries.people import called
from webcare.queries.ways import WAYS

RELATIONS = {
    "related": _("Related"),
    "parent": _("Belongs to"),
    "child": _("Has under it"),
    "follows": _("Follows"),
    "followed_by": _("Followed by"),
    "merged_into": _("Merged into"),
    "merged_in": _("Merged into this"),
    "split_from": _("Split off from"),
    "split_off": _("Split off"),
}


class Tag(NamedTuple):
    """A word on a ticket."""

    slug: str
    name: str
    colour: str


class Field(NamedTuple):
    """A question the desk asks of this ticket, and its answer so far."""

    key: str
    name: str
    kind: str
    choices: list[str]
    is_required: bool
    answer: Any


class Reference(NamedTuple):
    """What another system calls this ticket."""

    system: str
    reference: str
    url: str
    id: str


class Said(NamedTuple):
    """What somebody said or did about danger, last of all; nobody, if by itself."""

    what: str
    at: datetime
    by: str


class Linked(NamedTuple):
    """What another ticket is to this one; only what has a `link` can be removed."""

    relation: str
    link: str | None
    number: int
    ticket: str
    status: str
    excerpt: str

    @property
    def label(self) -> str:
        return str(RELATIONS.get(self.relation, self.relation))


class Sibling(NamedTuple):
    """Another author's ticket in the same thread."""

    number: int
    ticket: str
    status: str
    author: str


class Begun(NamedTuple):
    """What its reader has begun to write on it."""

    text: str
    seen: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What people put on a ticket; `other_tags` could be put on it as well."""

    tags: list[Tag]
    other_tags: list[Tag]
    followers: int
    is_following: bool
    fields: list[Field]
    references: list[Reference]
    begun: Begun | None
    begun_note: str
    ready: list[Attached]  # what they attached and did not send
    linked: list[Linked]
    siblings: list[Sibling]
    alarm: Said | None  # alarm_raised, while it rings, or alarm_acknowledged
    danger: Said | None  # true or false: whether there is danger
    also_topics: list[str]  # what it is about beside its first topic, by name
    ways: dict[str, Any]  # where an answer can go, as the database says it


def read_beside(found: dict[str, Any]) -> Beside:
    """Read what BESIDE returned."""
    tags = [(Tag(*one), is_on) for *one, is_on in found["tags"]]
    return Beside(
        [tag for tag, is_on in tags if is_on],
        [tag for tag, is_on in tags if not is_on],
        found["followers"],
        found["is_following"],
        [_field(*one) for one in found["fields"]],
        [Reference(*one) for one in found["references"]],
        Begun(*found["begun"]) if found["begun"] else None,
        found["begun_note"],
        attached(found["ready"]),
        [Linked(*one) for one in found["linked"]],
        [Sibling(*one) for one in found["siblings"]],
        _said(found["alarm"]),
        _said(found["danger"]),
        [in_words(*names) for names in found["also"]],
        found["ways"],
    )


def _said(row: list[str] | None) -> Said | None:
    return Said(row[0], datetime.fromisoformat(row[1]), row[2]) if row else None


def _field(key: str, name: str, name_nl: str, *rest: Any) -> Field:
    return Field(key, in_words(name, name_nl), *rest)


# A column of a statement that knows the %(ticket)s, its %(queue)s, its %(newest)s
# message, the %(user)s, the %(tags)s that they may know of and what LINKED asks for;
# null is all of them.
BESIDE = f"""jsonb_build_object(
    'ways', {WAYS},
    'ready', {READY},
    'linked', {LINKED},
    'siblings', {SIBLINGS_SHOWN},
    'alarm', (
    SELECT jsonb_build_array(e.kind, e.effective_at,
               coalesce({called("u")}, o.name, ''))
      FROM webcare_ticketevent e
      LEFT JOIN webcare_user u ON u.id = e.actor_id
      LEFT JOIN webcare_oncall o ON o.public_id::text = e.data->>'on_call'
     WHERE e.ticket_id = %(ticket)s
       AND e.kind IN ('alarm_raised', 'alarm_acknowledged')
     ORDER BY e.id DESC LIMIT 1),
    'danger', (
    SELECT jsonb_build_array(e.data->>'is_danger', e.effective_at,
               coalesce({called("u")}, ''))
      FROM webcare_ticketevent e
      LEFT JOIN webcare_user u ON u.id = e.actor_id
     WHERE e.ticket_id = %(ticket)s AND e.kind = 'priority_changed'
       AND e.data ? 'is_danger'
     ORDER BY e.id DESC LIMIT 1),
    'also', (
    SELECT coalesce(jsonb_agg(jsonb_build_array(o.name, o.name_nl)
               ORDER BY b.position), '[]')
      FROM webcare_tickettopic b
      JOIN webcare_topic o ON o.id = b.topic_id
      JOIN webcare_ticket k ON k.id = b.ticket_id AND k.topic_id IS DISTINCT FROM o.id
     WHERE b.ticket_id = %(ticket)s),
    'tags', (
    SELECT coalesce(jsonb_agg(jsonb_build_array(
               g.slug, g.name, g.colour, tt.id IS NOT NULL)
               ORDER BY g.slug), '[]')
      FROM webcare_tag g
      LEFT JOIN webcare_tickettag tt
        ON tt.tag_id = g.id AND tt.ticket_id = %(ticket)s
     WHERE tt.id IS NOT NULL OR g.retired_at IS NULL
       AND (%(tags)s::bigint[] IS NULL OR g.id = ANY(%(tags)s))),
    'followers', (
    SELECT count(*) FROM webcare_follower WHERE ticket_id = %(ticket)s),
    'is_following', EXISTS (
    SELECT FROM webcare_follower
     WHERE ticket_id = %(ticket)s AND user_id = %(user)s),
    'fields', (
    SELECT coalesce(jsonb_agg(jsonb_build_array(
               f.key, f.name, f.name_nl, f.kind, f.choices,
               f.required_to_resolve, CASE f.kind
               WHEN 'number' THEN to_jsonb(v.number)
               WHEN 'date' THEN to_jsonb(v.date)
               WHEN 'checkbox' THEN to_jsonb(v.checkbox)
               ELSE to_jsonb(v.text) END)
               ORDER BY f.position, f.key), '[]')
      FROM webcare_customfield f
      LEFT JOIN webcare_fieldvalue v
        ON v.field_id = f.id AND v.ticket_id = %(ticket)s
     WHERE v.id IS NOT NULL OR f.retired_at IS NULL
       AND (f.queue_id IS NULL OR f.queue_id = %(queue)s)),
    'references', (
    SELECT coalesce(jsonb_agg(jsonb_build_array(
               x.system, x.reference, x.url, x.public_id)
               ORDER BY x.id), '[]')
      FROM webcare_externalreference x WHERE x.ticket_id = %(ticket)s),
    'begun_note', coalesce((
    SELECT d.text FROM webcare_notedraft d
     WHERE d.ticket_id = %(ticket)s AND d.user_id = %(user)s), ''),
    'begun', (
    SELECT jsonb_build_array(d.text, d.seen) FROM webcare_draft d
     WHERE d.ticket_id = %(ticket)s AND d.user_id = %(user)s))"""
