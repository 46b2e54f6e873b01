"""Celery rings the doorbell; the rows it looks at are in PostgreSQL."""

from typing import Any

from celery import Celery
from celery.signals import worker_before_create_process

from config.memory import settle

app = Celery("webcare")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_before_create_process.connect
def settle_before_forking(**_: Any) -> None:
    """What every worker process needs has been read by now."""
    settle()
