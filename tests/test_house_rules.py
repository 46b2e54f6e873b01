"""Rules of the house that no tool of its own checks."""

import ast
import re
from pathlib import Path
from typing import get_type_hints

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.db import models

from config import schedule

HERE = Path(__file__).resolve().parents[1]
OURS = ("config", "conversations", "webcare", "demo")


def sources():
    return [
        path
        for room in OURS
        for path in (HERE / room).rglob("*.py")
        if "migrations" not in path.parts
    ]


def our_tasks():
    current_app.loader.import_default_modules()
    return {
        name: task
        for name, task in current_app.tasks.items()
        if name.startswith(("conversations.", "webcare."))
    }


def test_tasks_take_ids_only():
    hints = [get_type_hints(task.run) for task in our_tasks().values()]
    kinds = {kind for given in hints for kind in given.values()}

    assert hints
    assert kinds <= {int, type(None)}


def test_the_schedule_names_real_tasks():
    named = {
        *schedule.STAGES.values(),
        *schedule.ROUTES,
        *(entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()),
    }

    assert named
    assert named <= set(our_tasks())


def test_every_stage_has_a_sweep():
    swept = {entry["task"] for entry in schedule.SWEEPS.values()}

    assert set(schedule.STAGES.values()) <= swept


def test_nudges_go_stale_before_the_next_sweep():
    assert all(
        entry["options"]["expires"] <= entry["schedule"]
        for entry in schedule.SWEEPS.values()
    )


def test_nothing_publishes_but_the_doorbell():
    publishing = [
        path.relative_to(HERE).as_posix()
        for path in sources()
        if re.search(r"\.(delay|apply_async|send_task)\(", path.read_text())
    ]

    assert publishing == ["conversations/nudges.py"]


def test_nothing_waits_in_celery():
    waiting = re.compile(r"\b(countdown|eta)=|\bautoretry_for\b|\.retry\(")

    assert not [path for path in sources() if waiting.search(path.read_text())]


def test_every_setting_of_the_environment_is_explained():
    asked = re.compile(r"env\.(?:text|flag|number|words)\(\s*\"(\w+)\"")
    settings_file = (HERE / "config" / "settings" / "base.py").read_text()
    explained = (HERE / ".env.example").read_text()

    names = asked.findall(settings_file)
    assert "DATABASE_URL" in names
    assert [name for name in names if f"{name}=" not in explained] == []


def test_no_text_is_marked_as_safe():
    unsafe = re.compile(r"mark_safe|\|\s*safe\b|autoescape off")
    templates = (HERE / "webcare" / "templates").rglob("*.html")

    assert not [p for p in [*sources(), *templates] if unsafe.search(p.read_text())]


@pytest.mark.parametrize("app", ["conversations", "webcare"])
def test_migrations_import_nothing_of_the_apps(app):
    allowed = {
        "conversations.models.sealed",  # a field, frozen with its first use
        "conversations.schema",  # an operation, made for them
    }
    imported = {
        name
        for path in (HERE / app / "migrations").glob("0*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _names(node)
    }

    assert {name for name in imported if name.startswith(OURS)} <= allowed


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module]
    return []


def test_every_status_and_kind_is_checked_by_the_database():
    """A field that is one of a few words has a constraint that says so."""
    unchecked = [
        f"{model.__name__}.{field.name}"
        for app in ("conversations", "webcare")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField)
        and field.choices
        # A new kind of event must not need a migration of the largest table.
        and field.name != "kind"
        and not _is_checked(model, field.name)
    ]

    assert unchecked == []


def _is_checked(model: type[models.Model], name: str) -> bool:
    return any(
        isinstance(rule, models.CheckConstraint) and name in str(rule.condition)
        for rule in model._meta.constraints
    )
