import uuid
from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from webcare.domain.lifecycle import Status


class Reply(models.Model):
    """An answer of ours; what goes out, and what became of it, is its delivery.

    It is an agent's, or that of a rule: then nobody wrote it, and it counts as an
    answer nowhere that a person's answer is asked for.
    """

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    ticket = models.ForeignKey("webcare.Ticket", models.PROTECT, related_name="replies")
    author = models.ForeignKey(
        "webcare.User", models.PROTECT, null=True, related_name="+"
    )
    rule = models.ForeignKey(
        "webcare.AutomationRule",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    # Made by the form or the client: the same key is the same reply.
    client_key = models.CharField(max_length=200)
    text = models.TextField()
    # The author's newest message when this was written.
    written_against = models.ForeignKey(
        "conversations.Message", models.SET_NULL, null=True, related_name="+"
    )
    delivery = models.OneToOneField(
        "conversations.Delivery", models.PROTECT, related_name="+"
    )
    # Where the ticket went with it, undone when it is taken back.
    then = models.CharField(max_length=8, choices=Status)
    status_before = models.CharField(max_length=8, choices=Status)
    snoozed_before = models.DateTimeField(null=True)
    written_at = models.DateTimeField(db_default=Now())
    # It says that we look into it: the author is told something, and waits on.
    holding = models.BooleanField(default=False, db_default=False)
    # Where two pairs of eyes are asked for: whose the second was, and what they saw.
    approved_by = models.ForeignKey(
        "webcare.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    approved_digest = models.BinaryField(max_length=32, null=True)

    # What it takes along, where it was just written.
    takes: Sequence[Any] = ()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="reply_is_written_once", fields=["ticket", "client_key"]
            ),
            models.CheckConstraint(
                name="reply_moves_between_known_states",
                condition=Q(then__in=Status.values, status_before__in=Status.values),
            ),
            models.CheckConstraint(name="reply_has_a_key", condition=~Q(client_key="")),
            models.CheckConstraint(
                name="reply_is_of_a_person_or_of_a_rule",
                condition=Q(author__isnull=False, rule__isnull=True)
                | Q(author__isnull=True, rule__isnull=False),
            ),
            models.CheckConstraint(
                name="reply_is_never_approved_by_its_author",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("author")),
            ),
            models.CheckConstraint(
                name="reply_approved_has_a_digest",
                condition=Q(approved_by__isnull=True, approved_digest__isnull=True)
                | Q(approved_by__isnull=False, approved_digest__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
