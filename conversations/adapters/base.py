"""What a platform says to us, and what we ask of a platform.

Plain values without database or network: every adapter reads its own dialect into
these, and nothing behind the adapters knows a platform's words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Visibility(TextChoices):
    PUBLIC = "public", _("Public")
    PRIVATE = "private", _("Private")


class CheckResult(TextChoices):
    """What came of asking a platform who we are; its label says what to do."""

    WORKS = "works", _("It knows us: our signature is taken, and a wrong one refused.")
    OPEN = (
        "open",
        _(
            "It answers, and takes a wrong signature as well: the address is not the "
            "right one, or anybody can post there."
        ),
    )
    REFUSED = "refused", _("It does not know our secret: give it the newest one.")
    UNREACHED = "unreached", _("Nothing answers at that address.")
    UNUSABLE = (
        "unusable",
        _("It cannot be called: change the address, or make a new secret."),
    )
    ODD = "odd", _("It answers something that was not agreed.")
    NO_ADDRESS = (
        "no_address",
        _("It has no address for answers: messages come in, and none go out."),
    )


class Checked(NamedTuple):
    """`detail` is what was said there, or why nothing was; `account` who we are."""

    result: CheckResult
    detail: str = ""
    account: str = ""


class Attachment(NamedTuple):
    """A file a message points at; nothing has been fetched."""

    url: str
    name: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One message as understood: cleaned text, times in UTC, ids as sent.

    A deletion carries only ids: `posted_at` is None exactly when `deleted` is set,
    and `author_external_id` may then be empty. An edit is a whole message with
    `edited_at`.
    """

    external_id: str
    posted_at: datetime | None
    author_external_id: str
    text: str = ""
    author_handle: str = ""
    author_name: str = ""
    thread: str | None = None
    in_reply_to: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    url: str = ""
    language: str = ""
    addressed: bool = True
    outbound: bool = False
    history: bool = False
    attachments: tuple[Attachment, ...] = ()
    edited_at: datetime | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One message of a call: what it says, its bytes as sent, and its dedupe key.

    `key` is at most 200 characters and the same for the same fact, however often
    and in whatever company it is sent; it is unique within one channel only.
    """

    key: str
    raw: bytes
    incoming: Incoming


@dataclass(frozen=True, slots=True)
class Rejected:
    """One message of a call that cannot be taken, and what to do about it.

    `errors` maps a field ("author.external_id"; "item" for the whole) to sentences.
    """

    index: int
    errors: dict[str, list[str]]
    raw: bytes


class Reading(NamedTuple):
    """What one call holds, each part in the order sent."""

    items: list[Item]
    rejected: list[Rejected]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFile:
    """A file that goes out beside a text; its bytes travel before that."""

    id: str
    name: str
    type: str
    size: int  # bytes
    sha256: str  # in hex
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A text we ask a platform to post. `delivery_id` is the same on every try.

    Its `files` have been handed over one by one before.
    """

    delivery_id: str
    text: str
    visibility: Visibility
    thread: str | None = None
    in_reply_to: str | None = None
    files: tuple[OutgoingFile, ...] = ()


class Adapter(Protocol):
    """What every platform module offers. `now` is aware and comes from the caller,
    who asks the database: the clock of one machine may lie."""

    # Characters that fit into one post.
    text_limit: int

    def verify(
        self,
        *,
        headers: Mapping[str, str],
        body: bytes,
        secrets: Sequence[str],
        now: datetime,
    ) -> str:
        """The platform's id of this call, proved by its signature.

        Raises SignatureRejected.
        """

    def read(self, body: bytes, *, now: datetime) -> Reading:
        """The messages in a body. Raises Unreadable."""

    def send(
        self,
        outgoing: Outgoing,
        *,
        callback_url: str,
        secrets: Sequence[str],
        now: datetime,
        allowed_hosts: Iterable[str] = (),
    ) -> str:
        """Post once; returns the platform's id of the post.

        Raises DeliveryDeferred, DeliveryRefused, DeliveryUncertain or
        ChannelUnusable.
        """

    def hand_over(
        self,
        file: OutgoingFile,
        content: bytes,
        *,
        delivery_id: str,
        callback_url: str,
        secrets: Sequence[str],
        now: datetime,
        allowed_hosts: Iterable[str] = (),
    ) -> None:
        """Bring the platform one file of a text that is still to be posted.

        Nothing is public by it, so that it may be done again. Raises
        DeliveryDeferred, DeliveryRefused or ChannelUnusable.
        """

    def look_up(
        self,
        delivery_id: str,
        *,
        callback_url: str,
        secrets: Sequence[str],
        now: datetime,
        allowed_hosts: Iterable[str] = (),
    ) -> str | None:
        """The platform's id of an earlier post, or None when it is not there.

        Raises DeliveryUncertain when the platform does not tell.
        """

    def check(
        self,
        *,
        callback_url: str,
        secrets: Sequence[str],
        now: datetime,
        allowed_hosts: Iterable[str] = (),
    ) -> Checked:
        """Ask the platform who we are, by a read that tells nobody anything.

        Whatever comes of it is an answer: nothing is raised.
        """

    def act(
        self,
        act: str,
        *,
        act_id: str,
        message: str,
        callback_url: str,
        secrets: Sequence[str],
        now: datetime,
        allowed_hosts: Iterable[str] = (),
    ) -> None:
        """Hide, unhide, like, unlike or retract `message`, the platform's own id.

        Doing it twice under one `act_id` is doing it once. Raises DeliveryDeferred,
        DeliveryRefused or ChannelUnusable.
        """
