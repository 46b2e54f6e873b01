"""What a message is taken for is kept, with what people said instead."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SAID = """
CREATE FUNCTION webcare_keep_what_people_said() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a person said of a message is kept'
        USING ERRCODE = 'restrict_violation',
              CONSTRAINT = 'reading_keeps_what_people_said';
END $$;
CREATE TRIGGER reading_keeps_what_people_said BEFORE UPDATE ON webcare_reading
    FOR EACH ROW WHEN (OLD.danger_said <> '' AND NEW.danger_said = ''
                    OR OLD.sentiment_said <> '' AND NEW.sentiment_said = '')
    EXECUTE FUNCTION webcare_keep_what_people_said();
"""
NOT_SAID = """
DROP TRIGGER reading_keeps_what_people_said ON webcare_reading;
DROP FUNCTION webcare_keep_what_people_said();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0013_private_windows_close"),
        ("webcare", "0064_history_is_imported"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reading",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="conversations.message",
                    ),
                ),
                (
                    "danger",
                    models.CharField(
                        choices=[
                            ("danger", "Danger"),
                            ("none", "No danger"),
                            ("unsure", "Unsure"),
                        ],
                        max_length=7,
                    ),
                ),
                ("danger_score", models.FloatField()),
                ("danger_why", models.CharField(blank=True, default="", max_length=10)),
                ("danger_edition", models.PositiveSmallIntegerField()),
                (
                    "sentiment",
                    models.CharField(
                        choices=[
                            ("negative", "Negative"),
                            ("neutral", "Neutral"),
                            ("positive", "Positive"),
                            ("unsure", "Unsure"),
                        ],
                        max_length=8,
                    ),
                ),
                ("sentiment_score", models.FloatField()),
                ("sentiment_edition", models.PositiveSmallIntegerField()),
                (
                    "read_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
                (
                    "danger_said",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("danger", "Danger"),
                            ("none", "No danger"),
                            ("unsure", "Unsure"),
                        ],
                        db_default="",
                        default="",
                        max_length=7,
                    ),
                ),
                ("danger_said_at", models.DateTimeField(null=True)),
                (
                    "sentiment_said",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("negative", "Negative"),
                            ("neutral", "Neutral"),
                            ("positive", "Positive"),
                            ("unsure", "Unsure"),
                        ],
                        db_default="",
                        default="",
                        max_length=8,
                    ),
                ),
                ("sentiment_said_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="ticket",
            name="sentiment",
            field=models.CharField(
                blank=True,
                choices=[
                    ("negative", "Negative"),
                    ("neutral", "Neutral"),
                    ("positive", "Positive"),
                    ("unsure", "Unsure"),
                ],
                db_default="",
                default="",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="ruletrigger",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opened", "Opened"),
                    ("message_added", "Message Added"),
                    ("message_edited", "Message Edited"),
                    ("message_deleted", "Message Deleted"),
                    ("classified", "Classified"),
                    ("routed", "Routed"),
                    ("assigned", "Assigned"),
                    ("released", "Released"),
                    ("status_changed", "Status Changed"),
                    ("priority_changed", "Priority Changed"),
                    ("reply_written", "Reply Written"),
                    ("reply_taken_back", "Reply Taken Back"),
                    ("reply_sent", "Reply Sent"),
                    ("reply_refused", "Reply Refused"),
                    ("reply_uncertain", "Reply Uncertain"),
                    ("answered_elsewhere", "Answered Elsewhere"),
                    ("note_added", "Note Added"),
                    ("resolved", "Resolved"),
                    ("reopened", "Reopened"),
                    ("closed", "Closed"),
                    ("undone", "Undone"),
                    ("decided", "Decided"),
                    ("merged", "Merged"),
                    ("unmerged", "Unmerged"),
                    ("split", "Split"),
                    ("linked", "Linked"),
                    ("unlinked", "Unlinked"),
                    ("moved_to_private", "Moved To Private"),
                    ("tagged", "Tagged"),
                    ("untagged", "Untagged"),
                    ("field_changed", "Field Changed"),
                    ("followed", "Followed"),
                    ("unfollowed", "Unfollowed"),
                    ("reference_added", "Reference Added"),
                    ("reference_removed", "Reference Removed"),
                    ("consulted", "Consulted"),
                    ("consult_answered", "Consult Answered"),
                    ("alarm_raised", "Alarm Raised"),
                    ("alarm_sent", "Alarm Sent"),
                    ("alarm_acknowledged", "Alarm Acknowledged"),
                    ("approval_asked", "Approval Asked"),
                    ("approved", "Approved"),
                    ("approval_rejected", "Approval Rejected"),
                    ("approval_voided", "Approval Voided"),
                    ("reply_held", "Reply Held"),
                    ("reply_let_go", "Reply Let Go"),
                    ("message_hidden", "Message Hidden"),
                    ("message_unhidden", "Message Unhidden"),
                    ("message_liked", "Message Liked"),
                    ("message_unliked", "Message Unliked"),
                    ("message_retracted", "Message Retracted"),
                    ("macro_applied", "Macro Applied"),
                    ("rule_ran", "Rule Ran"),
                    ("survey_asked", "Survey Asked"),
                    ("survey_answered", "Survey Answered"),
                    ("survey_unread", "Survey Unread"),
                    ("sentiment_changed", "Sentiment Changed"),
                    ("promised", "Promised"),
                    ("warned", "Warned"),
                    ("breached", "Breached"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="ticketevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opened", "Opened"),
                    ("message_added", "Message Added"),
                    ("message_edited", "Message Edited"),
                    ("message_deleted", "Message Deleted"),
                    ("classified", "Classified"),
                    ("routed", "Routed"),
                    ("assigned", "Assigned"),
                    ("released", "Released"),
                    ("status_changed", "Status Changed"),
                    ("priority_changed", "Priority Changed"),
                    ("reply_written", "Reply Written"),
                    ("reply_taken_back", "Reply Taken Back"),
                    ("reply_sent", "Reply Sent"),
                    ("reply_refused", "Reply Refused"),
                    ("reply_uncertain", "Reply Uncertain"),
                    ("answered_elsewhere", "Answered Elsewhere"),
                    ("note_added", "Note Added"),
                    ("resolved", "Resolved"),
                    ("reopened", "Reopened"),
                    ("closed", "Closed"),
                    ("undone", "Undone"),
                    ("decided", "Decided"),
                    ("merged", "Merged"),
                    ("unmerged", "Unmerged"),
                    ("split", "Split"),
                    ("linked", "Linked"),
                    ("unlinked", "Unlinked"),
                    ("moved_to_private", "Moved To Private"),
                    ("tagged", "Tagged"),
                    ("untagged", "Untagged"),
                    ("field_changed", "Field Changed"),
                    ("followed", "Followed"),
                    ("unfollowed", "Unfollowed"),
                    ("reference_added", "Reference Added"),
                    ("reference_removed", "Reference Removed"),
                    ("consulted", "Consulted"),
                    ("consult_answered", "Consult Answered"),
                    ("alarm_raised", "Alarm Raised"),
                    ("alarm_sent", "Alarm Sent"),
                    ("alarm_acknowledged", "Alarm Acknowledged"),
                    ("approval_asked", "Approval Asked"),
                    ("approved", "Approved"),
                    ("approval_rejected", "Approval Rejected"),
                    ("approval_voided", "Approval Voided"),
                    ("reply_held", "Reply Held"),
                    ("reply_let_go", "Reply Let Go"),
                    ("message_hidden", "Message Hidden"),
                    ("message_unhidden", "Message Unhidden"),
                    ("message_liked", "Message Liked"),
                    ("message_unliked", "Message Unliked"),
                    ("message_retracted", "Message Retracted"),
                    ("macro_applied", "Macro Applied"),
                    ("rule_ran", "Rule Ran"),
                    ("survey_asked", "Survey Asked"),
                    ("survey_answered", "Survey Answered"),
                    ("survey_unread", "Survey Unread"),
                    ("sentiment_changed", "Sentiment Changed"),
                    ("promised", "Promised"),
                    ("warned", "Warned"),
                    ("breached", "Breached"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="reading",
            name="danger_said_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reading",
            name="sentiment_said_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="reading",
            index=models.Index(
                condition=models.Q(("danger_said", ""), _negated=True),
                fields=["danger_said_at"],
                name="reading_danger_said",
            ),
        ),
        migrations.AddIndex(
            model_name="reading",
            index=models.Index(
                condition=models.Q(("sentiment_said", ""), _negated=True),
                fields=["sentiment_said_at"],
                name="reading_sentiment_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.CheckConstraint(
                condition=models.Q(("danger__in", ["danger", "none", "unsure"])),
                name="reading_danger_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sentiment__in", ["negative", "neutral", "positive", "unsure"])
                ),
                name="reading_sentiment_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.CheckConstraint(
                condition=models.Q(("danger_said__in", ["", "danger", "none"])),
                name="reading_danger_said_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sentiment_said__in", ["", "negative", "neutral", "positive"])
                ),
                name="reading_sentiment_said_is_known",
            ),
        ),
        migrations.RunSQL(SAID, NOT_SAID),
    ]
