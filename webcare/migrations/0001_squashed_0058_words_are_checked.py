"""All of the schema at once, for a database that is new.

One that has had the migrations it replaces goes on from the last of them.
"""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

from conversations.schema import CreateAll, kept

REPLACED = [
    ("webcare", "0001_first"),
    ("webcare", "0002_log_is_append_only"),
    ("webcare", "0003_tickets_keep_room_for_changes"),
    ("webcare", "0004_words_are_known"),
    ("webcare", "0005_inbox_reads_by_index"),
    ("webcare", "0006_more_kinds_of_events"),
    ("webcare", "0007_two_people_one_ticket"),
    ("webcare", "0008_people_have_skills"),
    ("webcare", "0009_languages_have_rows"),
    ("webcare", "0010_externals_have_their_queues"),
    ("webcare", "0011_subscriptions_are_told"),
    ("webcare", "0012_colleagues_work_together"),
    ("webcare", "0013_priority_has_a_reason"),
    ("webcare", "0014_automation_and_bulk"),
    ("webcare", "0015_tickets_merge_and_split"),
    ("webcare", "0016_life_of_a_ticket"),
    ("webcare", "0017_erasing_history_is_written_down"),
    ("webcare", "0018_finding_by_words"),
    ("webcare", "0019_lists_follow_an_index"),
    ("webcare", "0020_the_index_follows_its_sources"),
    ("webcare", "0021_answers_outside_are_news"),
    ("webcare", "0022_alarms_mails_and_consultations"),
    ("webcare", "0023_acts_are_events"),
    ("webcare", "0024_a_rule_points_it_out"),
    ("webcare", "0025_work_waits_in_order"),
    ("webcare", "0026_access_ends_at_once"),
    ("webcare", "0027_words_are_read_by_one_plan"),
    ("webcare", "0028_rare_things_are_found"),
    ("webcare", "0029_checked_beside_the_work"),
    ("webcare", "0030_macros_are_counted_once"),
    ("webcare", "0032_figures_have_facts"),
    ("webcare", "0033_corrections_are_kept"),
    ("webcare", "0034_desks_have_opening_hours"),
    ("webcare", "0035_rules_answer"),
    ("webcare", "0036_answers_have_one_hand"),
    ("webcare", "0037_models_know_their_examples"),
    ("webcare", "0038_time_is_counted_by_a_calendar"),
    ("webcare", "0039_what_was_counted_is_added_up"),
    ("webcare", "0040_turns_are_found_by_their_ends"),
    ("webcare", "0041_people_are_asked"),
    ("webcare", "0042_promises_are_marked"),
    ("webcare", "0043_promises_follow_policies"),
    ("webcare", "0044_clocks_ring_by_index"),
    ("webcare", "0045_ids_that_may_be_told"),
    ("webcare", "0046_claims_are_found"),
    ("webcare", "0047_sweeps_are_known"),
    ("webcare", "0048_late_is_news"),
    ("webcare", "0050_holding_is_read_too"),
    ("webcare", "0051_known_when_the_log_says"),
    ("webcare", "0052_the_past_has_facts"),
    ("webcare", "0055_corrections_teach"),
    ("webcare", "0056_rules_combine_words"),
    ("webcare", "0057_walls_count_today"),
    ("webcare", "0058_words_are_checked"),
]
# Those whose triggers, functions and storage the tables need.
SQL = kept(
    "webcare",
    [
        "0002_log_is_append_only",
        "0003_tickets_keep_room_for_changes",
        "0007_two_people_one_ticket",
        "0010_externals_have_their_queues",
        "0014_automation_and_bulk",
        "0017_erasing_history_is_written_down",
        "0020_the_index_follows_its_sources",
        "0027_words_are_read_by_one_plan",
        "0033_corrections_are_kept",
        "0034_desks_have_opening_hours",
        "0038_time_is_counted_by_a_calendar",
        "0039_what_was_counted_is_added_up",
        "0042_promises_are_marked",
        "0043_promises_follow_policies",
        "0051_known_when_the_log_says",
    ],
)


class Migration(migrations.Migration):
    initial = True
    replaces = REPLACED
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("conversations", "0001_squashed_0013_private_windows_close"),
    ]
    operations = [BtreeGistExtension(), CreateAll(REPLACED), *SQL]
