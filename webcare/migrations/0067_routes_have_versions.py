"""Routing tables are kept by version, and rules may be about some authors."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER routing_version_is_append_only
    BEFORE UPDATE OR DELETE ON webcare_routingversion
    FOR EACH ROW EXECUTE FUNCTION webcare_refuse();
CREATE TRIGGER routing_version_is_never_emptied
    BEFORE TRUNCATE ON webcare_routingversion
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_refuse();
"""
REWRITABLE = """
DROP TRIGGER routing_version_is_never_emptied ON webcare_routingversion;
DROP TRIGGER routing_version_is_append_only ON webcare_routingversion;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0013_private_windows_close"),
        ("webcare", "0066_feelings_are_found"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuthorList",
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
                ("slug", models.SlugField(unique=True)),
                ("name", models.CharField(max_length=100)),
            ],
            options={
                "ordering": ["slug"],
            },
        ),
        migrations.CreateModel(
            name="ListedAuthor",
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
                (
                    "listed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoutingVersion",
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
                ("number", models.PositiveIntegerField(unique=True)),
                ("rules", models.JSONField()),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="topicrule",
            name="topic_rule_stands_once",
        ),
        migrations.AddField(
            model_name="routingrule",
            name="author_list",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="webcare.authorlist",
            ),
        ),
        migrations.AddField(
            model_name="topicrule",
            name="author_list",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="webcare.authorlist",
            ),
        ),
        migrations.AddConstraint(
            model_name="topicrule",
            constraint=models.UniqueConstraint(
                fields=(
                    "topic",
                    "kind",
                    "pattern",
                    "language",
                    "channel",
                    "author_list",
                ),
                name="topic_rule_stands_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddField(
            model_name="listedauthor",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="conversations.author",
            ),
        ),
        migrations.AddField(
            model_name="listedauthor",
            name="author_list",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="listed",
                to="webcare.authorlist",
            ),
        ),
        migrations.AddField(
            model_name="listedauthor",
            name="listed_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="routingversion",
            name="made_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="listedauthor",
            constraint=models.UniqueConstraint(
                fields=("author_list", "author"), name="author_is_listed_once"
            ),
        ),
        migrations.RunSQL(APPEND_ONLY, REWRITABLE),
    ]
