"""Signed calls of the desk to addresses that people gave: guarded, and told apart."""

from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings

from conversations.actions.channels import LOOK_UP_SECONDS
from conversations.adapters.callbacks import retry_after
from conversations.adapters.outgoing import fetch
from conversations.adapters.signatures import new_secret as new_secret
from conversations.adapters.signatures import sign
from conversations.adapters.targets import find_target
from conversations.exceptions import ChannelUnusable, DeliveryDeferred
from conversations.queries.clock import database_now


class Answered(NamedTuple):
    """The status of the answer, redirects included, which are never followed."""

    status: int
    retry_after: float | None  # seconds we were asked to stay away

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


def check_address(url: str) -> None:
    """Refuse an address inside our own network. Asks the network's names, so it
    belongs before any transaction. Raises ChannelUnusable, for an unknown name too.
    """
    try:
        find_target(
            url, allowed_hosts=settings.OUTGOING_ALLOWED_HOSTS, timeout=LOOK_UP_SECONDS
        )
    except DeliveryDeferred as error:
        raise ChannelUnusable(str(error)) from error


def post_signed(
    *, url: str, secrets: Sequence[str], call_id: str, body: bytes
) -> Answered:
    """Post JSON once, signed after Standard Webhooks under `call_id`.

    No transaction may be open. Raises ChannelUnusable when the address may not be
    called or there is no secret, DeliveryDeferred when nothing was sent, and
    DeliveryUncertain when the request left us and no answer came back.
    """
    now = database_now()
    try:
        signed = sign(secrets=secrets, event_id=call_id, now=now, body=body)
    except ValueError as error:
        raise ChannelUnusable("There is no secret to sign with.") from error
    headers = {
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "Webcare",
        **signed,
    }
    answer = fetch(
        "POST",
        url,
        headers=headers,
        body=body,
        allowed_hosts=settings.OUTGOING_ALLOWED_HOSTS,
    )
    return Answered(answer.status, retry_after(answer, now))
