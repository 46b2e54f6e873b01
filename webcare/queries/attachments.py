"""Files that people attached: whose they are, who may see them, and what holds them."""

from typing import Any, NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.exceptions import NotFound
from webcare.models import Attachment, User
from webcare.queries.sight import visible

PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


class Attached(NamedTuple):
    """A file beside an answer; `size` is in bytes."""

    id: str
    name: str
    type: str
    size: int
    alt: str

    @property
    def is_picture(self) -> bool:
        return self.type in PICTURES


def attached(found: list[dict[str, Any]] | None) -> list[Attached]:
    """Read what one of the columns below returned."""
    return [Attached(**one) for one in found or ()]


_ONE = """jsonb_build_object('id', fa.public_id, 'name', ff.name, 'type', ff.type,
                   'size', ff.size, 'alt', ff.alt)"""
_FILES = f"""(SELECT jsonb_agg({_ONE} ORDER BY {{order}})
      FROM webcare_attachment fa JOIN conversations_file ff ON ff.id = fa.file_id
     WHERE {{which}})"""
# Columns of statements: what goes out with a delivery, or stands in an approval.
SENT_WITH = _FILES.format(order="ff.position", which="ff.delivery_id = {delivery}")
WAITS_WITH = _FILES.format(
    order="fa.position, fa.id", which="fa.approval_id = {approval}"
)
# What somebody has ready on a ticket: neither sent nor waiting to be read.
_READY = _FILES.format(
    order="fa.id",
    which="""fa.ticket_id = {ticket} AND fa.owner_id = {owner}
       AND ff.delivery_id IS NULL AND NOT EXISTS (
           SELECT FROM webcare_approval waits
            WHERE waits.id = fa.approval_id AND waits.state = 'waiting')""",
)
READY = _READY.format(ticket="%(ticket)s", owner="%(user)s")
READY_WITH = _READY.format(ticket="k.id", owner="d.user_id")  # of a draft `d`


def attachment_for(user: User, public_id: UUID) -> Attachment:
    """Return a file on a ticket that `user` may see. Raises NotFound.

    That is the ticket where it was attached, the one that this was merged into, or the
    one in which what went out with it stands now. What was neither sent nor shown to a
    colleague is seen by nobody but who attached it.
    """
    seen, values = visible(user)
    found = fetch(
        f"""SELECT a.id FROM webcare_attachment a
              JOIN conversations_file f ON f.id = a.file_id
              JOIN webcare_ticket own ON own.id = a.ticket_id
              LEFT JOIN conversations_delivery d ON d.id = f.delivery_id
              LEFT JOIN webcare_ticketmessage tm ON tm.message_id = d.message_id
             WHERE a.public_id = %(id)s
               AND (a.owner_id = %(me)s OR a.approval_id IS NOT NULL
                    OR f.delivery_id IS NOT NULL)
               AND EXISTS (SELECT FROM webcare_ticket k
                            WHERE k.id IN (own.id, own.merged_into_id, tm.ticket_id)
                              AND {seen})""",
        {**values, "id": public_id, "me": user.pk},
    )
    if not found:
        raise NotFound("There is no such file.")
    held = Attachment.objects.select_related("file").defer("file__content")
    return held.get(pk=found[0][0])


def content_of(attachment: Attachment) -> bytes:
    """Return the bytes of a file that was found before."""
    [[content]] = fetch(
        "SELECT content FROM conversations_file WHERE id = %s", [attachment.file_id]
    )
    return bytes(content)
