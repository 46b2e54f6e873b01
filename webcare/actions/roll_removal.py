"""Rolls are removed with everything that they hold, to be made again or for good."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from conversations.models.bulk import fetch
from webcare.queries import backlog
from webcare.queries.measures import Measure
from webcare.queries.measures.all import ROLLED, looks
from webcare.queries.rolls import HOURS_KEPT

# Some days after they could be made again, with the longest certainty of any measure.
HOURS_LEAVE = HOURS_KEPT + timedelta(days=20)
# Of the rolls that are `old`, everything.
_GONE = """cells AS (
             DELETE FROM webcare_cell WHERE roll_id IN (SELECT id FROM old)
           ), hours AS (
             DELETE FROM webcare_hourcell WHERE roll_id IN (SELECT id FROM old)
           ), ongoing AS (
             DELETE FROM webcare_ongoing WHERE roll_id IN (SELECT id FROM old))
           DELETE FROM webcare_roll WHERE id IN (SELECT id FROM old)"""


def forget_all() -> None:
    """Remove every roll that is made again from the facts, with its cells.

    Midnights are kept as they were: what lay then is not read again.
    """
    fetch(
        f"""WITH old AS (SELECT id FROM webcare_roll WHERE measure <> %s), {_GONE}""",
        [backlog.NAME],
    )


def forget(
    measure: Measure,
    view: str,
    grain: str,
    starts: Sequence[date],
    froms: Sequence[datetime] | None = None,
) -> None:
    """Remove the rolls of these local days or months; of hours, those that begin so."""
    fetch(
        f"""WITH old AS (
             SELECT id FROM webcare_roll WHERE measure = %s AND view = %s
                AND grain = %s AND start = ANY(%s)
                AND (%s::timestamptz[] IS NULL OR from_at = ANY(%s))), {_GONE}""",
        [measure.name, view, grain, list(starts), froms, froms],
    )


def forget_marked(
    measure: Measure,
    view: str,
    grain: str,
    starts: Sequence[date],
    marks: Sequence[int],
) -> None:
    """Remove those of these days or months that hold one of the marks."""
    fetch(
        f"""WITH old AS (
             SELECT r.id FROM webcare_roll r WHERE r.measure = %s AND r.view = %s
                AND r.grain = %s AND r.start = ANY(%s) AND EXISTS (
                    SELECT FROM webcare_mark m
                     WHERE m.id = ANY(%s) AND m.quarter >= r.from_at
                       AND m.quarter < r.to_at)), {_GONE}""",
        [measure.name, view, grain, list(starts), list(marks)],
    )


def forget_hours_past() -> int:
    """Remove hours of days longer ago than any that are kept; none was made."""
    fetch(
        f"""WITH old AS (
             SELECT id FROM webcare_roll
              WHERE measure = ANY(%s) AND view = ANY(%s) AND grain = 'hour'
                AND start < (now() - %s)::date), {_GONE}""",
        [list(ROLLED), list({view for _, view in looks()}), HOURS_LEAVE],
    )
    return 0
