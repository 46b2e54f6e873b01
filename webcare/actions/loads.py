"""What people have in their hands, read while nobody else may fill them."""

from collections.abc import Collection, Sequence

from conversations.models.bulk import fetch, ids
from webcare.domain.assignment import plain
from webcare.queries.loads import LOAD, PRESENT

_LOCK = 3  # the first of the two numbers that locks of hands have


def hold(user_ids: Collection[int]) -> None:
    """Let nobody else hand anything to these people before this transaction ends.

    Who takes a ticket's row as well takes it after this, so that nobody waits in a
    circle.
    """
    fetch(
        f"SELECT pg_advisory_xact_lock({_LOCK}, u::int) FROM unnest(%s::bigint[]) AS u",
        [sorted(user_ids)],
        prepared=True,
    )


def hold_those_present(queues: str, values: Sequence[object]) -> list[int]:
    """Hold who is present in these queues, and return them: one statement.

    `queues` is SQL of ours that selects the queues' ids.
    """
    return ids(
        fetch(
            f"""SELECT u, pg_advisory_xact_lock({_LOCK}, u::int)
                  FROM (SELECT DISTINCT m.user_id AS u
                          FROM webcare_membership m
                          JOIN webcare_presence p ON p.user_id = m.user_id
                         WHERE m.queue_id IN ({queues}) AND {PRESENT}
                         ORDER BY 1) AS present""",
            values,
            prepared=True,
        )
    )


def take_note(user_id: int) -> tuple[float, int]:
    """Note that somebody is given something now; how much they have, and may have.

    The load is that of before what this transaction has not written yet.
    """
    [[load, capacity]] = fetch(
        f"""WITH busy AS (
                UPDATE webcare_presence SET last_assigned_at = statement_timestamp()
                 WHERE user_id = %s)
            SELECT {LOAD}, u.capacity FROM webcare_user u WHERE u.id = %s""",
        [user_id, user_id],
        prepared=True,
    )
    return plain(load), int(capacity)
