"""When a ticket was opened is kept as it was known, whichever statement moves it."""

import django.db.models.deletion
from django.db import migrations, models

KEPT = """
CREATE FUNCTION webcare_keep_opening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webcare_ticketopening (ticket_id, opened_at, known_from, known_until)
    VALUES (OLD.id, OLD.opened_at,
            (SELECT max(known_until) FROM webcare_ticketopening
              WHERE ticket_id = OLD.id), now());
    RETURN NULL;
END $$;
CREATE TRIGGER opening_is_kept AFTER UPDATE OF opened_at ON webcare_ticket
    FOR EACH ROW WHEN (OLD.opened_at <> NEW.opened_at)
    EXECUTE FUNCTION webcare_keep_opening();
"""
NOT_KEPT = """
DROP TRIGGER opening_is_kept ON webcare_ticket;
DROP FUNCTION webcare_keep_opening();
"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0096_all_reports_are_sent")]

    operations = [
        migrations.CreateModel(
            name="TicketOpening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("known_from", models.DateTimeField(null=True)),
                ("known_until", models.DateTimeField()),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="webcare.ticket",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["opened_at"], name="ticket_opening_by_moment")
                ],
            },
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
