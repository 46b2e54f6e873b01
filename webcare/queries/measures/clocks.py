"""From when a promise is broken, as that was known at a moment."""

# The minute in which it is due is still in time. One that is held up has no due time,
# and what it had broken before stays broken.
_LATE_AT = """coalesce(c.breached_at,
                     date_trunc('minute', c.due_at) + interval '1 minute')"""
# Whether a clock `c` was there, and its `late_at` then: that of the oldest version that
# holds still, or what it says itself.
IS_KNOWN = "(c.known_from IS NULL OR c.known_from <= %(as_of)s)"
LATE = f"""CROSS JOIN LATERAL (
           SELECT late_at FROM (
                  SELECT v.late_at, v.known_until, v.id FROM webcare_clockversion v
                   WHERE v.clock_id = c.id AND v.known_until > %(as_of)s
                   UNION ALL
                  SELECT {_LATE_AT}, 'infinity', NULL) AS each
            ORDER BY known_until, id LIMIT 1)"""
