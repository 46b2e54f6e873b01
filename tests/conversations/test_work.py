"""A worker's shift: a backlog of one stage keeps others waiting for a while only."""

import time

import pytest
from celery.signals import before_task_publish

from conversations.actions import work
from conversations.actions.batches import Stage, enqueue
from conversations.models import Work

pytestmark = pytest.mark.django_db
ALONE = 3  # attempts after which every subject is a batch of its own


@pytest.fixture
def stage(monkeypatch):
    """Work that takes three quarters of a second for each subject."""
    now = [time.monotonic()]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def run(subjects: list[int]) -> None:
        now[0] += 0.75 * len(subjects)

    return Stage("index", run)


@pytest.fixture
def rung():
    """The tasks that workers were told of."""
    told: list[str] = []

    def hear(sender, **_message):
        told.append(sender)

    before_task_publish.connect(hear)
    yield told
    before_task_publish.disconnect(hear)


def backlog(stage, subjects):
    enqueue(stage.name, range(subjects))
    Work.objects.update(attempts=ALONE)


def test_a_backlog_of_one_stage_is_left_after_a_shift_and_rung_for_again(stage, rung):
    backlog(stage, 5)

    assert work.do_shift(stage) == 3
    assert Work.objects.count() == 2
    assert rung == ["webcare.tasks.index"]


def test_what_fits_in_a_shift_is_done_in_one(stage, rung):
    backlog(stage, 2)

    assert work.do_shift(stage) == 2
    assert Work.objects.count() == 0
    assert rung == []
