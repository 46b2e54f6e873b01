"""Big tables are indexed and checked while people go on writing to them."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0028_rare_things_are_found")]

    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("status__in", ["pending", "on_hold"])),
                fields=["status", "status_since"],
                name="ticket_parked_since",
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["merged_into"],
                name="ticket_merged_in",
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("split_from__isnull", False)),
                fields=["split_from"],
                name="ticket_split_off",
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("follows__isnull", False)),
                fields=["follows"],
                name="ticket_followed_by",
            ),
        ),
        AddIndexConcurrently(
            model_name="ticketmessage",
            index=models.Index(
                condition=models.Q(
                    ("ticket", models.F("origin_ticket")), _negated=True
                ),
                fields=["origin_ticket"],
                name="ticket_message_elsewhere",
            ),
        ),
        AddIndexConcurrently(
            model_name="ticketmessage",
            index=models.Index(
                condition=models.Q(("split_ticket__isnull", False)),
                fields=["split_ticket"],
                name="ticket_message_split_off",
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("status", "snoozed")),
                fields=["snoozed_until", "id"],
                name="ticket_snoozed_by_time",
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("status", "resolved")),
                fields=["queue", "resolved_at"],
                name="ticket_resolved_of_queue",
            ),
        ),
        ValidateConstraint(
            model_name="reply",
            name="reply_is_never_approved_by_its_author",
        ),
        ValidateConstraint(
            model_name="reply",
            name="reply_approved_has_a_digest",
        ),
        ValidateConstraint(
            model_name="ticket",
            name="ticket_priority_by_is_known",
        ),
        ValidateConstraint(
            model_name="ticket",
            name="ticket_merged_is_closed_into_another",
        ),
        ValidateConstraint(
            model_name="ticket",
            name="ticket_live_has_no_reason_for_its_end",
        ),
    ]
