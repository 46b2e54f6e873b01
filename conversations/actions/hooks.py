"""A call on a webhook: proved, then kept, by one function for every platform."""

from collections.abc import Mapping

from conversations.actions.ingestion import keep_call
from conversations.adapters.registry import ADAPTERS
from conversations.exceptions import SignatureRejected
from conversations.queries.channels import channel_and_time


def take_call(*, slug: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Keep a call that is proved by its signature; False when it had come before.

    Committed when this returns; two statements. Raises SignatureRejected, for a
    channel that does not exist too: nobody learns here which channels there are.
    """
    found = channel_and_time(slug)
    if found is None:
        raise SignatureRejected("The signature does not match.")
    channel, now = found
    key = ADAPTERS[channel.kind].verify(
        headers=headers, body=body, secrets=channel.secrets, now=now
    )
    return keep_call(channel=channel, key=key, body=body)
