"""Nudges, answered: each looks at the rows and does what is due."""

from typing import Any

from celery import shared_task
from celery.signals import celeryd_after_setup


@celeryd_after_setup.connect
def load_before_forking(instance: Any, **_: Any) -> None:
    """What every worker process needs is read once, and its memory shared."""
    if "prefork" in instance.pool_cls.__module__:
        from webcare.actions import triage

        triage.warm()


@shared_task
def take_in() -> None:
    from conversations.actions import work
    from webcare.actions import intake

    work.do_shift(intake.STAGE)


@shared_task
def read_imports() -> None:
    from conversations.actions import work
    from webcare.actions import imports

    work.do_shift(imports.STAGE)


@shared_task
def erase() -> None:
    from conversations.actions import work
    from webcare.actions import erasures

    work.do_shift(erasures.STAGE)


@shared_task
def erase_old() -> None:
    from webcare.actions import retention

    retention.erase_old()


@shared_task
def triage() -> None:
    from conversations.actions import work
    from webcare.actions import triage as triage_

    work.do_shift(triage_.STAGE)


@shared_task
def assign() -> None:
    from conversations.actions import work
    from webcare.actions import assignment

    work.do_shift(assignment.STAGE)


@shared_task
def settle_replies() -> None:
    from conversations.actions import work
    from webcare.actions import measurement

    work.do_shift(measurement.STAGE)


@shared_task
def note_changes() -> None:
    from conversations.actions import work
    from webcare.actions import changes

    work.do_shift(changes.STAGE)


@shared_task
def index() -> None:
    from conversations.actions import work
    from webcare.actions import search

    work.do_shift(search.STAGE)


@shared_task
def run_rules() -> None:
    from conversations.actions import work
    from webcare.actions import automation_runs

    work.do_shift(automation_runs.STAGE)


@shared_task
def run_timed_rules() -> None:
    from conversations.actions import work
    from webcare.actions import automation_runs

    work.do_shift(automation_runs.TIMED)


@shared_task
def run_held_rules() -> None:
    from conversations.actions import work
    from webcare.actions import automation_runs

    work.do_shift(automation_runs.HELD)


@shared_task
def claim_timed_rules() -> None:
    from webcare.actions import automation_runs, sweeps

    sweeps.begin("claim_timed_rules")
    automation_runs.claim_due()


@shared_task
def change_in_bulk() -> None:
    from conversations.actions import work
    from webcare.actions import bulk

    work.do_shift(bulk.STAGE)


@shared_task
def undo_in_bulk() -> None:
    from conversations.actions import work
    from webcare.actions import bulk_undo

    work.do_shift(bulk_undo.STAGE)


@shared_task
def follow_topics() -> None:
    from conversations.actions import work
    from webcare.actions import topic_heirs

    work.do_shift(topic_heirs.STAGE)


@shared_task
def offer_waiting() -> None:
    from webcare.actions import assignment, sweeps

    sweeps.begin("offer_waiting")
    assignment.offer_waiting()


@shared_task
def sound_alarms() -> None:
    from conversations.actions import work
    from webcare.actions import alarm_calls

    work.do_shift(alarm_calls.STAGE)


@shared_task
def ring_again() -> None:
    from webcare.actions import alarm_calls

    alarm_calls.ring_again()


@shared_task
def send_letters() -> None:
    from webcare.actions import alarm_calls, mails

    mails.send_due_mails()
    alarm_calls.call_webhooks()


@shared_task
def fan_out() -> None:
    from webcare.actions import fan_out as fan_out_

    fan_out_.fan_out()


@shared_task
def tell_subscription(subscription_id: int) -> None:
    from webcare.actions import telling

    telling.tell_due(subscription_id)


@shared_task
def forget_told() -> None:
    from webcare.actions import telling

    telling.forget_told()


@shared_task
def return_work() -> None:
    from webcare.actions import returns, sweeps

    sweeps.begin("return_work")
    returns.return_work()


@shared_task
def wake_snoozed() -> None:
    from webcare.actions import parking

    parking.wake_due()


@shared_task
def ask_surveys() -> None:
    from webcare.actions import surveys

    surveys.ask_due()


@shared_task
def send_reports() -> None:
    from webcare.actions import report_schedules

    report_schedules.send_due()


@shared_task
def send_notification_letters() -> None:
    from webcare.actions import notification_letters

    notification_letters.send_due()


@shared_task
def tell_breaches() -> None:
    from webcare.actions import breaches

    breaches.tell_due()


@shared_task
def close_resolved() -> None:
    from webcare.actions import endings, sweeps

    sweeps.begin("close_resolved")
    endings.close_due()


@shared_task
def train_topics(model_id: int) -> None:
    from webcare.actions import training

    training.train(model_id)


@shared_task
def find_trainings() -> None:
    from webcare.actions import topic_heirs, training

    topic_heirs.find_left()
    training.find_forgotten()
    training.request_when_due()


@shared_task
def forget_attachments() -> None:
    from webcare.actions import attachments

    attachments.forget_unsent()


@shared_task
def forget_requests() -> None:
    from webcare.actions import requests

    requests.forget_old()


@shared_task
def forget_notifications() -> None:
    from webcare.actions import notifications

    notifications.forget_old()


@shared_task
def expire_approvals() -> None:
    from webcare.actions import approvals, sweeps

    sweeps.begin("expire_approvals")
    approvals.expire()


@shared_task
def forget_gone() -> None:
    from webcare.actions import ticket_presence

    ticket_presence.forget_gone()


@shared_task
def roll_up() -> None:
    from webcare.actions import rolls_due

    rolls_due.roll_up_due()
