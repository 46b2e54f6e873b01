"""Who is at work, and how much they have in their hands: SQL that several ask with."""

SEEN_WITHIN = 90  # seconds since the last sign of life

# Of a presence `p`: at work, by their word and by a sign of life.
PRESENT = f"""p.state = 'present'
    AND p.seen_at > statement_timestamp() - interval '{SEEN_WITHIN} seconds'"""
# Of a user `u`: a sum of weights. What is parked waits for others, and weighs nothing.
LOAD = """(SELECT coalesce(sum(coalesce(cl.weight, 1)), 0)::float8
             FROM webcare_ticket held
             LEFT JOIN webcare_channelload cl ON cl.channel_id = held.channel_id
            WHERE held.agent_id = u.id AND held.status = 'open')"""
