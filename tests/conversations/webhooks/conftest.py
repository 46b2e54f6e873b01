from collections.abc import Callable
from datetime import datetime
from typing import IO, Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from conversations.adapters.signatures import sign
from conversations.models import Channel


@pytest.fixture
def call(client: Client) -> Callable[..., Any]:
    """A call on a channel's webhook, signed as its sender would."""

    def post(
        channel: Channel,
        body: bytes,
        *,
        secrets: list[str] | None = None,
        at: datetime | None = None,
        event_id: str = "",
        chunked: IO[bytes] | None = None,
        **headers: str,
    ) -> Any:
        signed = sign(
            secrets=secrets or channel.secrets,
            event_id=event_id or f"msg_{uuid4()}",
            now=at or timezone.now(),
            body=body,
        )
        return client.post(
            f"/hooks/{channel.slug}",
            body,
            content_type="application/json",
            headers={**signed, **headers},
            **({"wsgi.input": chunked} if chunked else {}),
        )

    return post
