"""How often one may guess a password or a code, per account and per network."""

from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from conversations.models.bulk import fetch
from webcare.models import FailedSignIn

WITHIN = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_NETWORK = 50


def count_guess(account: str, address: str | None = None) -> bool:
    """Write a guess down before it is looked at; whether there were too many before.

    `address` is None for somebody who is signed in: their network counts nothing.
    """
    key = _key_of(account)
    network = f"account {key}"[:45] if address is None else network_of(address)
    now = timezone.now()
    [(of_account, of_network)] = fetch(
        """INSERT INTO webcare_failedsignin (account, network, at)
           VALUES (%(account)s, %(network)s, %(now)s)
        RETURNING
           (SELECT count(*) FROM (SELECT FROM webcare_failedsignin
             WHERE account = %(account)s AND at > %(since)s LIMIT %(account_cap)s) a),
           (SELECT count(*) FROM (SELECT FROM webcare_failedsignin
             WHERE network = %(network)s AND at > %(since)s LIMIT %(network_cap)s) n)
        """,
        {
            "account": key,
            "network": network,
            "now": now,
            "since": now - WITHIN,
            "account_cap": PER_ACCOUNT,
            "network_cap": PER_NETWORK,
        },
    )
    return bool(of_account >= PER_ACCOUNT or of_network >= PER_NETWORK)


def forget_guesses(account: str) -> None:
    """Drop the guesses of this account, and those too old to count."""
    old = Q(at__lt=timezone.now() - WITHIN)
    FailedSignIn.objects.filter(Q(account=_key_of(account)) | old).delete()


def network_of(address: str) -> str:
    """One caller: an address, or the block of a home where addresses are plenty."""
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network(f"{known}/{32 if known.version == 4 else 64}", strict=False))


def _key_of(account: str) -> str:
    """A name as it is counted: people type passwords here, so none is kept as typed."""
    return salted_hmac("webcare.sign-in", account.casefold()).hexdigest()
