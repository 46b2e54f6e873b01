"""Every report can be sent by mail."""

from django.db import migrations, models

REPORTS = {
    "satisfaction": "Satisfaction",
    "response-rate": "Response rate",
    "added-value": "Added value",
    "response-times": "Response times",
    "first-response-times": "First answers",
    "first-acknowledgements": "First signs of life",
    "resolutions": "Resolutions",
    "service-level": "Service level",
    "reopen-rate": "Reopened",
    "first-contact-resolution": "Resolved at once",
    "volume": "Volume",
    "backlog": "Backlog",
    "agents": "Agents",
}


class Migration(migrations.Migration):
    dependencies = [("webcare", "0095_first_words_are_found")]

    operations = [
        migrations.RemoveConstraint(
            model_name="reportschedule",
            name="report_schedule_report_is_known",
        ),
        migrations.AlterField(
            model_name="reportschedule",
            name="report",
            field=models.CharField(choices=list(REPORTS.items()), max_length=30),
        ),
        migrations.AddConstraint(
            model_name="reportschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("report__in", list(REPORTS))),
                name="report_schedule_report_is_known",
            ),
        ),
    ]
