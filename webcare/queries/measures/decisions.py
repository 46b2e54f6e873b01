"""What was decided about a message, as it was known at a moment."""

# Of `m`, and of its decision `d`; another came later where there is a version of it.
DECIDED = """
      LEFT JOIN webcare_decision d ON d.message_id = m.id
      LEFT JOIN LATERAL (
           SELECT v.verdict, v.reason, v.decided_at FROM webcare_decisionversion v
            WHERE v.message_id = m.id AND v.known_until > %(as_of)s
            ORDER BY v.known_until, v.id LIMIT 1) AS was ON true
     CROSS JOIN LATERAL (
           SELECT coalesce(was.verdict, d.verdict) AS verdict,
                  coalesce(was.reason, d.reason) AS reason
            WHERE coalesce(was.decided_at, d.decided_at) <= %(as_of)s
            UNION ALL
           SELECT NULL, NULL
            WHERE coalesce(was.decided_at, d.decided_at) <= %(as_of)s IS NOT TRUE
           ) AS decided"""
