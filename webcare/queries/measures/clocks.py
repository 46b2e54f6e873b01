"""From when a promise is broken, as that was known at a moment."""

# The minute in which it is due is still in time. One that is held up has no due time,
# and what it had broken before stays broken.
_LATE_AT = """coalesce(c.breached_at,
                     date_trunc('minute', c.due_at) + interval '1 minute')"""
# Whether a clock `c` was there, and its `late_at` then: that of the oldest version that
# holds still, or what it says itself.
IS_KNOWN = "(c.known_from IS NULL OR c.known_from <= %(as_of)s)"
# Nearly none has a version, so that is asked first, and as a value: of an EXISTS a
# planner may read all of them into a hash. OFFSET 0: worked out once for each clock.
_VERSION = """(SELECT {what} FROM webcare_clockversion v
                   WHERE v.clock_id = c.id AND v.known_until > %(as_of)s
                   ORDER BY v.known_until, v.id LIMIT 1)"""
LATE = f"""CROSS JOIN LATERAL (
           SELECT CASE WHEN {_VERSION.format(what="true")}
                       THEN {_VERSION.format(what="v.late_at")}
                       ELSE {_LATE_AT} END AS late_at OFFSET 0)"""
# Each clock with that moment: as an index has it, and of those that had another then.
CLOCKS = f"""(
    SELECT c.ticket_id, c.turn_id, c.promise, c.stopped_at,
           webcare_late_instant(c.breached_at, c.due_at) AS late_at
      FROM webcare_clock c
     WHERE {IS_KNOWN} AND {_VERSION.format(what="true")} IS NULL
     UNION ALL
    SELECT c.ticket_id, c.turn_id, c.promise, c.stopped_at, w.late_at
      FROM webcare_clockversion w JOIN webcare_clock c ON c.id = w.clock_id
     WHERE {IS_KNOWN} AND w.id = {_VERSION.format(what="v.id")})"""
