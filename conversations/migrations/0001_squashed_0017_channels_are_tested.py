"""All of the schema at once, for a database that is new.

One that has had the migrations it replaces goes on from the last of them.
"""

from django.db import migrations

from conversations.schema import CreateAll, kept

REPLACED = [
    ("conversations", "0001_first"),
    ("conversations", "0002_listening_cannot_send"),
    ("conversations", "0003_queue_tables_are_swept_often"),
    ("conversations", "0004_words_are_known"),
    ("conversations", "0005_holds_within_a_minute"),
    ("conversations", "0006_answers_wait_for_people"),
    ("conversations", "0007_some_go_on_in_private"),
    ("conversations", "0008_authors_by_handle"),
    ("conversations", "0009_held_answers_have_a_time"),
    ("conversations", "0010_acts_on_platforms"),
    ("conversations", "0011_checked_beside_the_work"),
    ("conversations", "0012_messages_by_time"),
    ("conversations", "0013_private_windows_close"),
    ("conversations", "0014_channels_count_as_their_platform"),
    ("conversations", "0015_files_go_along"),
    ("conversations", "0016_authors_are_erased"),
    ("conversations", "0017_channels_are_tested"),
]
# Those whose triggers, functions and storage the tables need.
SQL = kept(
    "conversations",
    [
        "0002_listening_cannot_send",
        "0003_queue_tables_are_swept_often",
        "0015_files_go_along",
    ],
)


class Migration(migrations.Migration):
    initial = True
    replaces = REPLACED
    dependencies = []
    operations = [CreateAll(REPLACED), *SQL]
