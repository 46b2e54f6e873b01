"""What can go wrong between us and a platform.

Every class has a stable `code` for programs; the text is a sentence for people.
"""


class ConversationsError(Exception):
    code = "error"


class SignatureRejected(ConversationsError):
    """A call could not be proved to come from the platform; nothing of it is kept."""

    code = "signature_rejected"

    def __init__(self, message: str, *, code: str = "signature_rejected") -> None:
        super().__init__(message)
        self.code = code


class Unreadable(ConversationsError):
    """A body as a whole cannot be read, so no item of it can be told apart."""

    code = "unreadable"

    def __init__(self, message: str, *, code: str = "unreadable") -> None:
        super().__init__(message)
        self.code = code


class ActRefused(ConversationsError):
    """What was asked for cannot be done to this message; `code` says which rule."""

    code = "act_refused"

    def __init__(self, message: str, *, code: str = "act_refused") -> None:
        super().__init__(message)
        self.code = code


class DeliveryError(ConversationsError):
    """A send did not end in a known post.

    `retry_after` is how many seconds the platform asked us to stay away, or None
    when it did not say.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DeliveryDeferred(DeliveryError):
    """Nothing was posted and trying again later is safe."""

    code = "delivery_deferred"


class DeliveryRefused(DeliveryError):
    """The platform read this post and will not have it. Never tried again."""

    code = "delivery_refused"


class DeliveryUncertain(DeliveryError):
    """The request left us and nobody knows what became of it. Never sent again
    before a look-up or a person has said that it is not there."""

    code = "delivery_uncertain"


class ChannelUnusable(DeliveryError):
    """Nothing was posted and nothing will be until a person repairs the channel:
    its credentials are dead, its callback is gone or may not be called. The reply
    stays waiting; the channel stops loudly."""

    code = "channel_unusable"
