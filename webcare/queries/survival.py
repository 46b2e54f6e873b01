"""Kaplan and Meier's estimate, computed where the lengths are."""

from webcare.domain.reports import PERCENTILES


def _percentile_columns() -> str:
    return ", ".join(
        f"min(bucket) FILTER (WHERE still <= {1 - percent / 100:g} + %(tolerance)s)"
        f" AS p{percent}"
        for percent in PERCENTILES
    )


# From `lengths` (key, bucket, ends, waits), where a wait is in the last bucket that it
# has outlasted. At every length that somebody was answered after, the share of those
# still waiting falls by answered / at risk. The logarithms are added because SQL
# multiplies nothing; where all at risk were answered nobody is left. Whole numbers are
# exact as floats, which are added in half the time that numerics take. Those at
# risk are counted from below, so that all is sorted once.
SURVIVAL = """
    risks AS (
        SELECT key, bucket, ends::float8 AS ends,
               sum((ends + waits)::float8) OVER (PARTITION BY key)
               - sum((ends + waits)::float8) OVER (
                     PARTITION BY key ORDER BY bucket ROWS UNBOUNDED PRECEDING)
               + (ends + waits)::float8 AS at_risk
          FROM lengths),
    steps AS (
        SELECT key, bucket, ends,
               CASE WHEN ends = at_risk THEN 0
                    ELSE exp(sum(ln(CASE WHEN ends = at_risk THEN 1
                                    ELSE 1 - ends / at_risk END))
                             OVER (PARTITION BY key ORDER BY bucket
                                   ROWS UNBOUNDED PRECEDING))
               END AS still
          FROM risks WHERE ends > 0)"""
PERCENTILE_COLUMNS = _percentile_columns()
