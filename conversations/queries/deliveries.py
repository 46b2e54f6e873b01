from conversations.models.bulk import fetch


def channels_due(*, for_seconds: float = 0) -> list[int]:
    """Return the channels with a text that has been due for at least this long."""
    due = """
        SELECT DISTINCT d.channel_id FROM conversations_delivery d
          JOIN conversations_channel c ON c.id = d.channel_id
         WHERE d.state = 'waiting' AND c.mode IN ('pilot', 'engage')
           AND c.stopped_at IS NULL
           AND d.due_at <= statement_timestamp() - make_interval(secs => %s)
           AND (c.blocked_until IS NULL OR c.blocked_until <= statement_timestamp())"""
    return [channel for [channel] in fetch(due, [for_seconds])]
