from conversations.models.bulk import fetch


def channels_due(*, for_seconds: float = 0) -> list[int]:
    """Return the channels with a text or an act due for at least this long."""
    due = """
        SELECT DISTINCT d.channel_id FROM conversations_delivery d
          JOIN conversations_channel c ON c.id = d.channel_id
         WHERE d.state = 'waiting' AND c.mode IN ('pilot', 'engage')
           AND c.stopped_at IS NULL
           AND d.due_at <= statement_timestamp() - make_interval(secs => %s)
           AND (c.blocked_until IS NULL OR c.blocked_until <= statement_timestamp())
         UNION
        SELECT a.channel_id FROM conversations_platformact a
          JOIN conversations_channel c ON c.id = a.channel_id
         WHERE a.state IN ('waiting', 'sending') AND c.stopped_at IS NULL
           AND a.due_at <= statement_timestamp() - make_interval(secs => %s)
           AND (c.blocked_until IS NULL OR c.blocked_until <= statement_timestamp())"""
    return [channel for [channel] in fetch(due, [for_seconds, for_seconds])]


def doubts_due(patience: float, *, for_seconds: float = 0) -> bool:
    """Tell whether a doubtful text should have been looked up this long ago.

    Nobody asks within `patience` seconds of the call: it may be under way yet.
    """
    due = """
        SELECT EXISTS (SELECT FROM conversations_delivery
         WHERE state = 'uncertain'
           AND look_up_at <= statement_timestamp() - make_interval(secs => %s)
           AND claimed_at < statement_timestamp() - make_interval(secs => %s))"""
    [[is_due]] = fetch(due, [for_seconds, patience + for_seconds])
    return bool(is_due)
