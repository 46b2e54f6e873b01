"""What is done over and over is found by the relay where nobody else does it."""

from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from webcare.models import Approval, Sweep
from webcare.queries.sweeps import EVERY

pytestmark = pytest.mark.django_db
SWEPT = {
    task: import_string(due)
    for task, due in settings.PIPELINE_OUTBOXES.items()
    if "queries.sweeps" in due
}


def later(seconds):
    Sweep.objects.update(swept_at=Now() - timedelta(seconds=seconds))


def test_every_sweep_of_rows_is_one_that_the_relay_knows():
    assert {task.rpartition(".")[2] for task in SWEPT} == set(EVERY)


@pytest.mark.parametrize("task", sorted(SWEPT))
def test_a_sweep_is_due_until_it_is_made_and_again_after_a_while(task):
    due, every = SWEPT[task], EVERY[task.rpartition(".")[2]]
    current_app.loader.import_default_modules()

    assert due() == [()]
    current_app.tasks[task]()
    assert not due()
    later(every + 1)
    assert due() == [()]
    assert not due(for_seconds=5)
    later(every + 6)
    assert due(for_seconds=5) == [()]


def test_an_approval_ends_without_beat_and_broker(ticket, ada, shop_queue, as_client):
    shop_queue.needs_approval = True
    shop_queue.save()
    where = f"/api/v1/tickets/{ticket.public_id}/reply"
    as_client(ada).post(where, {"text": "Hi"}, "application/json")
    Approval.objects.update(expires_at=Now() - timedelta(minutes=1))
    current_app.loader.import_default_modules()

    for task, due in SWEPT.items():
        for ids in due(for_seconds=5):
            current_app.tasks[task](*ids)

    assert Approval.objects.get().state == "expired"
