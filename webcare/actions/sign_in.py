"""Who comes in: a name and a password, and a bound on how often one may guess."""

from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.contrib.auth import authenticate
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from conversations.models.bulk import fetch
from webcare.exceptions import SignInRefused
from webcare.models import FailedSignIn, User

WITHIN = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_NETWORK = 50


def sign_in(*, account: str, password: str, address: str) -> User:
    """Return the user whom this name and password belong to.

    Every attempt is counted, per account and per network, before the password is
    looked at, so that guesses made at the same time count too; success forgets those
    of the account. A refusal says and takes the same whatever its cause: a wrong
    name, a wrong password, or too many attempts. Raises SignInRefused.
    """
    account_key = _account_key(account)
    too_many = _count_attempt(account_key, network_of(address))
    user = authenticate(username=account, password=password)
    if too_many or not isinstance(user, User):
        raise SignInRefused
    _forget(account_key)
    return user


def _count_attempt(account: str, network: str) -> bool:
    """Write the attempt down; whether there were too many before it."""
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
            "account": account,
            "network": network,
            "now": now,
            "since": now - WITHIN,
            "account_cap": PER_ACCOUNT,
            "network_cap": PER_NETWORK,
        },
    )
    return bool(of_account >= PER_ACCOUNT or of_network >= PER_NETWORK)


def _forget(account: str) -> None:
    """Drop the attempts of this account, and those too old to count."""
    old = Q(at__lt=timezone.now() - WITHIN)
    FailedSignIn.objects.filter(Q(account=account) | old).delete()


def _account_key(account: str) -> str:
    """A name as it is counted: people type passwords here, so none is kept as typed."""
    return salted_hmac("webcare.sign-in", account.casefold()).hexdigest()


def network_of(address: str) -> str:
    """One caller: an address, or the block of a home where addresses are plenty."""
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network(f"{known}/{32 if known.version == 4 else 64}", strict=False))
