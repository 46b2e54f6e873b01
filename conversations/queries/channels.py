from datetime import datetime

from django.db.models.functions import Now

from conversations.models import Channel


def channel_and_time(slug: str) -> tuple[Channel, datetime] | None:
    """Return what a call on this channel is proved by, and the database's time.

    One statement; None when there is no such channel. The time of one machine may
    lie: windows are measured by the clock that all machines share.
    """
    channel = (
        Channel.objects.only("slug", "kind", "secret", "previous_secret")
        .annotate(now=Now())
        .filter(slug=slug)
        .first()
    )
    return (channel, channel.now) if channel else None
