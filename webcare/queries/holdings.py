"""What is kept of a person: who they are, how much there is, and all of it."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from conversations.models import Author
from conversations.models.bulk import fetch
from webcare.domain.permissions import Permission
from webcare.exceptions import NotFound
from webcare.models import User
from webcare.queries.holding_rows import COUNTED, LARGE, SECTIONS
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import require

CHUNK = 500  # rows in one statement
BY_ID = Order("'2000-01-01'::timestamptz")


class PersonRow(NamedTuple):
    """One author on one channel: the same person may be another one elsewhere."""

    id: UUID
    channel: str
    external_id: str
    handle: str
    name: str


_PERSON = "a.public_id, c.slug, a.external_id, a.handle, a.name"
_FOUND = """
    (SELECT id FROM conversations_author
      WHERE lower(handle) = ANY(%(handles)s) AND erased_at IS NULL
      UNION
     SELECT known.id FROM conversations_channel at
       JOIN conversations_author known
         ON known.channel_id = at.id AND known.external_id = %(asked)s
      UNION
     SELECT author_id FROM webcare_ticket WHERE id = %(number)s) AS found
    JOIN conversations_author a ON a.id = found.id AND a.erased_at IS NULL
    JOIN conversations_channel c ON c.id = a.channel_id"""


def people_page(
    user: User, asked: str, mark: Mark | None, limit: int
) -> tuple[list[PersonRow], Page]:
    """Return who is called `asked`: a handle with or without its @, an id of a
    platform, or the number of a ticket of theirs. Raises NotAllowed."""
    require(user, Permission.EXPORT_PERSON)
    asked = asked.strip()
    bare = asked.lstrip("@#").lower()
    number = int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 18 else 0
    values = {"asked": asked, "handles": [bare, f"@{bare}"], "number": number}
    page = read_page(
        Listing(_PERSON, _FOUND, "a.id", values=values), BY_ID, mark, limit
    )
    return [PersonRow(*row[2:]) for row in page.rows], page


def person_for(user: User, public_id: UUID) -> Author:
    """Return an author, who may be erased. Raises NotAllowed, NotFound."""
    require(user, Permission.EXPORT_PERSON)
    found = Author.objects.select_related("channel").filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such person.")
    return found


def counts_of(author: Author) -> dict[str, int]:
    """Return how much is kept of an author: a count for each kind. One statement."""
    columns = ", ".join(f"({sql}) AS {name}" for name, sql in COUNTED.items())
    [row] = fetch(f"SELECT {columns}", {"author": author.pk})
    return dict(zip(COUNTED, row, strict=True))


def alike(author: Author) -> list[PersonRow]:
    """Return who has the same handle on another channel, at most 50."""
    if not author.handle:
        return []
    bare = author.handle.lstrip("@").lower()
    rows = fetch(
        f"""SELECT {_PERSON} FROM conversations_author a
              JOIN conversations_channel c ON c.id = a.channel_id
             WHERE lower(a.handle) = ANY(%s) AND a.id <> %s AND a.erased_at IS NULL
             ORDER BY a.id LIMIT 50""",
        [[bare, f"@{bare}"], author.pk],
    )
    return [PersonRow(*row) for row in rows]


def everything_of(author: Author) -> Iterator[str]:
    """Yield one JSON object with all that is kept of an author, in pieces.

    What others said is not in it, nor who of us said what.
    """
    [[who]] = fetch(
        f"""SELECT json_build_object('id', public_id, 'channel', slug,
                     'external_id', external_id, 'handle', handle, 'name', name)::text
              FROM (SELECT {_PERSON} FROM conversations_author a
                      JOIN conversations_channel c ON c.id = a.channel_id
                     WHERE a.id = %s) AS person""",
        [author.pk],
    )
    yield f'{{"person": {who}'
    for name, statement in SECTIONS.items():
        yield f', "{name}": ['
        yield from _rows(statement, author.pk, 1 if name in LARGE else CHUNK)
        yield "]"
    yield "}\n"


def _rows(statement: str, author: int, most: int) -> Iterator[str]:
    after, between = 0, ""
    while rows := fetch(
        f"{statement} LIMIT {most}", {"author": author, "after": after}
    ):
        yield between + ",".join(text for _, text in rows)
        after, between = rows[-1][0], ","
