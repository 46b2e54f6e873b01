"""Celery rings the doorbell; the rows it looks at are in PostgreSQL."""

from celery import Celery

app = Celery("webcare")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
