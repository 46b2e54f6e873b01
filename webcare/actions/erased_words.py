"""Names in what the desk itself wrote elsewhere: masked where they stand."""

from collections.abc import Sequence
from typing import NamedTuple

from conversations.models.bulk import fetch, ids
from webcare.domain.erasures import MASK, pattern_of

CHUNK = 2_000  # rows that are looked at in one batch


class Place(NamedTuple):
    """A column in which people of the desk write, or name what they look for."""

    table: str
    column: str
    type: str = "text"
    is_for_it_alone: bool = False  # without the name it is nothing: the row goes


PLACES = (
    Place("webcare_note", "text"),
    Place("webcare_draft", "text"),
    Place("webcare_notedraft", "text"),
    Place("webcare_reply", "text"),
    Place("webcare_approval", "text"),
    Place("webcare_approval", "reason"),
    Place("webcare_consultation", "question"),
    Place("webcare_mail", "subject"),
    Place("webcare_mail", "body"),
    Place("webcare_mail", "html"),
    Place("webcare_mail", "attachment"),
    Place("webcare_ticket", "priority_reason"),
    Place("webcare_ticket", "resolution_note"),
    Place("webcare_fieldvalue", "text"),
    Place("webcare_externalreference", "reference", is_for_it_alone=True),
    Place("webcare_externalreference", "url", is_for_it_alone=True),
    Place("webcare_surveycomment", "text"),
    Place("webcare_macrotext", "text"),
    Place("webcare_authorlist", "name"),
    Place("webcare_topicrule", "pattern", is_for_it_alone=True),
    Place("webcare_view", "name"),
    Place("webcare_view", "filters", "jsonb"),
    Place("webcare_bulkjob", "action", "jsonb"),
    Place("webcare_bulkjob", "filter", "jsonb"),
    Place("webcare_automationruleversion", "definition", "jsonb"),
    Place("webcare_auditentry", "about"),
    Place("webcare_auditentry", "before", "jsonb"),
    Place("webcare_auditentry", "after", "jsonb"),
    Place("webcare_ticketevent", "data", "jsonb"),
    Place("conversations_delivery", "text"),
)


def mask(place: Place, words: Sequence[str], after: int) -> tuple[int, int | None]:
    """Mask `words` in the next rows of a place; returns how many had one, and the last
    row looked at, None at the end of the table."""
    key = "survey_id" if place.table == "webcare_surveycomment" else "id"
    looked = ids(
        fetch(
            f"SELECT {key} FROM {place.table} WHERE {key} > %s ORDER BY {key} LIMIT %s",
            [after, CHUNK],
        )
    )
    if not looked or not words:
        return 0, None
    given = {
        "pattern": pattern_of(words),
        "mask": MASK,
        "first": looked[0],
        "last": looked[-1],
    }
    found = fetch(_masking(place, key), given)
    return len(found), looked[-1] if len(looked) == CHUNK else None


def _masking(place: Place, key: str) -> str:
    text = f"{place.column}::text"
    change = f"""UPDATE {place.table} SET {place.column} =
                 regexp_replace({text}, %(pattern)s, %(mask)s, 'gi')::{place.type}"""
    if place.is_for_it_alone:
        change = f"DELETE FROM {place.table}"
    return f"""{change} WHERE {key} BETWEEN %(first)s AND %(last)s
                          AND {text} ~* %(pattern)s RETURNING {key}"""


def mask_beside(author: int, words: Sequence[str], messages: Sequence[int]) -> int:
    """Mask `words` in what others said in the threads of these messages; returns in
    how many. Elsewhere what others said is theirs."""
    if not words:
        return 0
    given = {
        "author": author,
        "messages": list(messages),
        "pattern": pattern_of(words),
        "mask": MASK,
    }
    masked = sum(len(fetch(statement, given)) for statement in (_SAID, _EARLIER))
    fetch(_SHOWN, given)
    return masked


_BESIDE = """
    m.thread_id IN (SELECT thread_id FROM conversations_message
                     WHERE id = ANY(%(messages)s))
       AND m.author_id IS DISTINCT FROM %(author)s"""
_SAID = f"""
    UPDATE conversations_message m
       SET text = regexp_replace(m.text, %(pattern)s, %(mask)s, 'gi')
     WHERE {_BESIDE} AND m.text ~* %(pattern)s RETURNING m.id"""
_EARLIER = f"""
    UPDATE conversations_messageversion v
       SET text = regexp_replace(v.text, %(pattern)s, %(mask)s, 'gi')
      FROM conversations_message m
     WHERE m.id = v.message_id AND {_BESIDE} AND v.text ~* %(pattern)s
    RETURNING v.id"""
# The first line in the list is taken from there.
_SHOWN = """
    UPDATE webcare_ticket
       SET excerpt = regexp_replace(excerpt, %(pattern)s, %(mask)s, 'gi'),
           changed_at = now(), version = version + 1
     WHERE thread_id IN (SELECT thread_id FROM conversations_message
                          WHERE id = ANY(%(messages)s))
       AND excerpt ~* %(pattern)s"""
