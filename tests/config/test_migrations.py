"""A new database is made in one go, and is the same as one that grew."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython, RunSQL

# These change rows, or keep a column for code of a release before.
OF_ROWS = {
    "0005_holds_within_a_minute",
    "0009_languages_have_rows",
    "0044_clocks_ring_by_index",
    "0052_the_past_has_facts",
    "0055_corrections_teach",
    "0060_tags_are_walked_in_order",
    "0087_models_know_their_messages",
}
MOST_AFTER = 20  # migrations of one app
SQUASHED = {
    "conversations": "0001_squashed_0017_channels_are_tested",
    "webcare": "0001_squashed_0102_promises_are_found_by_when_decided",
}


@pytest.mark.parametrize("app", SQUASHED)
def test_what_migrations_say_in_sql_is_kept_by_the_one_that_replaces_them(app):
    squashed = import_module(f"{app}.migrations.{SQUASHED[app]}")
    kept = [o.sql for o in squashed.Migration.operations if isinstance(o, RunSQL)]

    said = [
        operation.sql
        for _, name in squashed.REPLACED
        if name not in OF_ROWS
        for operation in _operations(app, name)
        if isinstance(operation, RunSQL)
    ]
    assert kept == said


@pytest.mark.parametrize("app", SQUASHED)
def test_no_migration_that_is_replaced_does_more_than_is_known(app):
    """Python is run over rows alone, and a new database has none."""
    squashed = import_module(f"{app}.migrations.{SQUASHED[app]}")
    runs = {
        name
        for _, name in squashed.REPLACED
        if any(isinstance(o, RunPython) for o in _operations(app, name))
    }
    assert runs <= OF_ROWS


@pytest.mark.django_db
def test_a_new_database_has_had_what_was_replaced():
    loader = MigrationLoader(connection)

    for app, name in SQUASHED.items():
        squashed = import_module(f"{app}.migrations.{name}")
        assert {(app, name), *squashed.REPLACED} <= set(loader.applied_migrations)


@pytest.mark.parametrize("app", SQUASHED)
def test_few_migrations_come_after_it(app):
    """Each takes half a CPU second of every first start and of every test process."""
    replaced = {
        name for _, name in import_module(f"{app}.migrations.{SQUASHED[app]}").REPLACED
    }
    loader = MigrationLoader(None)
    later = {name for of, name in loader.disk_migrations if of == app} - replaced

    assert len(later - {SQUASHED[app]}) <= MOST_AFTER


def _operations(app, name):
    return import_module(f"{app}.migrations.{name}").Migration.operations
