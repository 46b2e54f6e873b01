from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from webcare.domain.lifecycle import LIVE, Status

_STANDS = Q(undone_at__isnull=True)


class Merge(models.Model):
    """One ticket put together with another: it stands until it is undone.

    A chain keeps its links: when B, into which A was merged, goes into C itself,
    A's row still names B, and undoing B's gives both back to B.
    """

    source = models.ForeignKey(
        "webcare.Ticket", models.PROTECT, related_name="+", db_index=False
    )
    target = models.ForeignKey(
        "webcare.Ticket", models.PROTECT, related_name="+", db_index=False
    )
    by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(db_default=Now())
    # Where the source goes back to.
    status_was = models.CharField(max_length=8, choices=Status)
    snoozed_until_was = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="merge_stands_once_per_source",
                fields=["source"],
                condition=_STANDS,
            ),
            models.CheckConstraint(
                name="merge_is_of_two_tickets", condition=~Q(source=F("target"))
            ),
            models.CheckConstraint(
                name="merge_was_of_a_live_ticket",
                condition=Q(status_was__in=sorted(LIVE)),
            ),
        ]
        indexes = [
            # Undoing a merge in a chain: what had been merged into its source.
            models.Index(
                name="merge_standing_of_target", fields=["target"], condition=_STANDS
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} into {self.target_id}"
