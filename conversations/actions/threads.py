"""Threads that we begin ourselves: an author has one in private."""

from conversations.adapters.base import Visibility
from conversations.models import Author, Thread
from conversations.models.bulk import insert


def private_thread_of(author: Author) -> Thread:
    """Return the author's one private thread, made now if nobody has written there.

    The same that a first private message would make: whoever is first makes it.
    """
    row = {
        "channel": author.channel_id,
        "key": f"p:{author.external_id}",
        "visibility": Visibility.PRIVATE.value,
    }
    [(pk,)] = insert(
        Thread,
        [row],
        # Without an update a row that was there would not come back.
        conflict="""ON CONFLICT (channel_id, key) DO UPDATE
                    SET visibility = conversations_thread.visibility""",
        returning="id",
    )
    return Thread.objects.get(pk=pk)
