"""Files of ours: kept before they are sent, bound to a text, and forgotten unsent."""

from collections.abc import Sequence
from hashlib import sha256

from django.db.models.functions import Now

from conversations.adapters.files import LARGEST as LARGEST
from conversations.adapters.files import LONGEST_ALT as LONGEST_ALT
from conversations.adapters.files import MOST as MOST
from conversations.adapters.files import Facts as Facts
from conversations.adapters.files import named as named
from conversations.adapters.files import refusal as refusal
from conversations.adapters.files import type_of as type_of
from conversations.adapters.files import types_taken as types_taken
from conversations.adapters.pictures import bare as bare
from conversations.models import Delivery, File
from conversations.models.bulk import fetch


def keep(*, name: str, kind: str, content: bytes, alt: str) -> File:
    """Keep a file that may go out beside a text; it was looked at before."""
    return File.objects.create(
        name=name,
        type=kind,
        size=len(content),
        sha256=sha256(content).digest(),
        alt=alt,
        content=content,
    )


def bind(delivery: int, files: Sequence[int]) -> bool:
    """Let these files go out with a text, in this order; False if one is not free.

    Belongs in the transaction that writes the text down, which False has to end.
    """
    bound = fetch(
        """UPDATE conversations_file f
              SET delivery_id = %s, position = given.position - 1, handed_at = NULL
             FROM unnest(%s::bigint[]) WITH ORDINALITY AS given(id, position)
            WHERE f.id = given.id AND f.delivery_id IS NULL
        RETURNING f.id""",
        [delivery, list(files)],
    )
    return len(bound) == len(files)


def let_go(deliveries: Sequence[int]) -> None:
    """Free the files of texts that were taken back: they may go out with another."""
    if deliveries:
        bound = File.objects.filter(delivery__in=deliveries)
        bound.update(delivery=None, handed_at=None)


def of(delivery: Delivery) -> list[File]:
    """Return what goes out beside a text, in its order, without the bytes."""
    bound = File.objects.filter(delivery=delivery)
    return list(bound.defer("content").order_by("position"))


def content_of(file: File) -> bytes:
    """Return the bytes of a file."""
    content = File.objects.values_list("content", flat=True).get(pk=file.pk)
    return bytes(content)


def handed_over(file: File) -> None:
    """Write down that the platform has it: it is not brought again."""
    File.objects.filter(pk=file.pk).update(handed_at=Now())
