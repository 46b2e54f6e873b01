"""Nudges, answered: each looks at the rows and does what is due."""

from celery import shared_task


@shared_task
def read_events() -> None:
    from conversations.actions import reading, work

    work.do_shift(reading.STAGE)


@shared_task
def send_due(channel_id: int) -> None:
    from conversations.actions import acts, delivery

    delivery.send_due(channel_id)
    acts.do_due(channel_id)


@shared_task
def look_up_uncertain() -> None:
    from conversations.actions import delivery

    delivery.look_up_uncertain()


@shared_task
def settle_stuck() -> None:
    from conversations.actions import batches, delivery, settling

    settling.settle_stuck(delivery.PATIENCE_SECONDS)
    settling.refuse_silenced()
    batches.set_aside_exhausted()
