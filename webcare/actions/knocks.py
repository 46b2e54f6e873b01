"""Links that open nothing: counted per network, as failed attempts to sign in are."""

from conversations.models.bulk import fetch
from webcare.actions.guesses import WITHIN, network_of

PER_NETWORK = 60
LINK = "link"  # no account is counted under this: those are hashes


def too_many_knocks(address: str) -> bool:
    """Write down that a link opened nothing; whether that was too often lately."""
    [[before]] = fetch(
        """INSERT INTO webcare_failedsignin (account, network, at)
           VALUES (%(link)s, %(network)s, now())
        RETURNING (SELECT count(*) FROM (
             SELECT FROM webcare_failedsignin
              WHERE network = %(network)s AND account = %(link)s
                AND at > now() - %(within)s LIMIT %(cap)s) AS lately)""",
        {
            "link": LINK,
            "network": f"link {network_of(address)}"[:45],
            "within": WITHIN,
            "cap": PER_NETWORK,
        },
    )
    return bool(before >= PER_NETWORK)
