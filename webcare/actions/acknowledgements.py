"""How long authors waited in open hours until they first heard from us."""

from collections.abc import Sequence

from conversations.models.bulk import fetch
from webcare.queries.business_time import Lasted, business_seconds


def measure(turns: Sequence[int]) -> None:
    """Write down of these turns, those that were acknowledged, how long that took.

    Whole seconds from the start of the turn as it is now, by the calendar of the moment
    at which it was acknowledged; one that begins later than that took none.
    """
    if not turns:
        return
    rows = fetch(
        """SELECT id, acknowledged_calendar_id, started_at, acknowledged_at
             FROM webcare_turn
            WHERE id = ANY(%s) AND acknowledged_at IS NOT NULL ORDER BY id""",
        [list(turns)],
    )
    if not rows:
        return
    lengths = business_seconds([Lasted(*lasted) for _, *lasted in rows])
    fetch(
        """UPDATE webcare_turn t
              SET acknowledged_business_seconds = given.seconds,
                  acknowledged_in_hours = given.in_hours
             FROM unnest(%s::bigint[], %s::bigint[], %s::bool[])
                  AS given(id, seconds, in_hours)
            WHERE t.id = given.id
              AND (t.acknowledged_business_seconds, t.acknowledged_in_hours)
                  IS DISTINCT FROM (given.seconds, given.in_hours)""",
        [
            [pk for pk, *_ in rows],
            [one.seconds for one in lengths],
            [one.in_hours for one in lengths],
        ],
    )
