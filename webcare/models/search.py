from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q


class SearchEntry(models.Model):
    """One text that tickets are found by; made from its source, never written to.

    Where the source goes, or changes, the entry follows: a stage sees to it, and
    triggers on the sources wake that stage.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message"
        NOTE = "note"
        AUTHOR = "author"
        TAG = "tag"
        REFERENCE = "reference"

    # No constraint in the database: to check it would lock tickets that others hold
    # while they wait for this very work.
    ticket = models.ForeignKey(
        "webcare.Ticket",
        models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    kind = models.CharField(max_length=9, choices=Kind)
    # The message, note, author, tag or reference.
    source_id = models.BigIntegerField()
    # When it was said.
    at = models.DateTimeField()
    # Tells whether the source has changed without reading all of it twice.
    digest = models.BigIntegerField()
    # Words as they are (A), Dutch stems (B), English stems (C), and the numbers of
    # the blocks of entries that this one is in.
    tsv = SearchVectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="search_entry_is_one_per_source",
                fields=["ticket", "kind", "source_id"],
            ),
            models.CheckConstraint(
                name="search_entry_kind_is_known",
                condition=Q(kind__in=["message", "note", "author", "tag", "reference"]),
            ),
        ]
        indexes = [
            # Found at once, also while much is taken in: nothing waits in a list.
            GinIndex(name="search_entry_words", fields=["tsv"], fastupdate=False),
            # Where a search `before:` begins.
            models.Index(name="search_entry_by_time", fields=["at", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.source_id}"
