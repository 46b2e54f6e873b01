"""Tickets whose time has come for a timed rule: each found once per period."""

from collections.abc import Sequence

from conversations.actions import batches
from conversations.models.bulk import fetch, ids
from webcare.queries.automation import Runnable, timed_rules

STAGE = "timed"
SWEEP = 500
MOST_SWEPT = 10_000


def claim_due() -> int:
    """Find the tickets whose time has come for a timed rule; returns how many.

    A ticket that did not match is looked at again once it, or the rule, has changed.
    """
    count = 0
    for rule in timed_rules():
        while found := _claim(rule):
            count += found
            if found < SWEEP or count >= MOST_SWEPT:
                break
    return count


# State -> since when a ticket has been in it, and whether it is.
_PERIODS = {
    "waiting": (
        "k.waiting_since",
        "k.status IN ('new', 'open', 'pending', 'on_hold', 'snoozed')",
    ),
    **{
        state: ("k.status_since", f"k.status = '{state}'")
        for state in ("new", "open", "pending", "on_hold")
    },
}


def _claim(rule: Runnable) -> int:
    """Claim tickets for one rule; a row that is there says what was looked at."""
    since, in_state = _PERIODS[rule.definition.trigger.state]
    claimed = fetch(
        f"""INSERT INTO webcare_rulefiring AS f
                   (rule_id, ticket_id, since, ticket_version, rule_version)
            SELECT %(rule)s, k.id, {since}, k.version, %(number)s
              FROM webcare_ticket k
              LEFT JOIN webcare_rulefiring old
                     ON old.rule_id = %(rule)s AND old.ticket_id = k.id
             WHERE {in_state}
               AND {since} <= statement_timestamp() - make_interval(mins => %(minutes)s)
               AND (%(queue)s::bigint IS NULL OR k.queue_id = %(queue)s)
               AND (old.id IS NULL OR old.since <> {since}
                    OR NOT old.has_fired
                       AND (old.ticket_version, old.rule_version)
                           <> (k.version, %(number)s))
             ORDER BY {since}, k.id LIMIT %(limit)s
                ON CONFLICT (rule_id, ticket_id) DO UPDATE
               SET since = EXCLUDED.since,
                   has_fired = f.has_fired AND f.since = EXCLUDED.since,
                   ticket_version = EXCLUDED.ticket_version,
                   rule_version = EXCLUDED.rule_version,
                   claimed_at = statement_timestamp()
         RETURNING f.id""",
        {
            "rule": rule.id,
            "number": rule.number,
            "minutes": rule.definition.trigger.minutes,
            "queue": rule.queue,
            "limit": SWEEP,
        },
    )
    batches.enqueue(STAGE, ids(claimed))
    return len(claimed)


def still_due(firing_ids: Sequence[int]) -> list[tuple[int, int, int]]:
    """Those of the claimed whose period goes on and that have not fired in it."""
    since = " ".join(
        f"WHEN '{state}' THEN CASE WHEN {in_state} THEN {column} END"
        for state, (column, in_state) in _PERIODS.items()
    )
    return fetch(
        f"""SELECT f.id, f.rule_id, f.ticket_id FROM webcare_rulefiring f
              JOIN webcare_automationrule r ON r.id = f.rule_id AND r.is_enabled
              JOIN webcare_ticket k ON k.id = f.ticket_id
             WHERE f.id = ANY(%s) AND NOT f.has_fired
               AND f.since = CASE r.timer_state {since} END
             ORDER BY f.id FOR UPDATE OF f""",
        [list(firing_ids)],
    )


def fired(firings: Sequence[int]) -> None:
    fetch(
        "UPDATE webcare_rulefiring SET has_fired = true WHERE id = ANY(%s)",
        [list(firings)],
    )
