"""Why the text of a message is gone, in SQL, for whoever shows messages."""

from django.db.models import TextChoices

from conversations.models.threads import ERASED


class Gone(TextChoices):
    """Its author deleted it, somebody asked to be erased, or it was old."""

    AUTHOR = "author"
    REQUEST = "request"
    AGE = "age"


# Of a message `m`; null of one that stands.
WHY_GONE = f"""CASE WHEN m.deleted_at IS NULL THEN NULL
             WHEN starts_with(m.external_id, '{ERASED}') THEN '{Gone.REQUEST}'
             WHEN m.emptied_at IS NOT NULL THEN '{Gone.AGE}'
             ELSE '{Gone.AUTHOR}' END"""
# Of what a ticket `k` shows; null where that is a text.
WHY_NOTHING = f"""(SELECT {WHY_GONE} FROM conversations_message m
         WHERE k.excerpt = '' AND m.id = k.last_inbound_id)"""
