"""What decided about a sampled ticket is one of a few words."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0079_first_contacts_by_their_opening"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="sampledticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("by__in", ["person", "rule", "model", "unsure"])),
                name="sampled_ticket_by_is_known",
            ),
        ),
    ]
