"""Rules of the desk, broken. `code` is stable; the sentence is for people."""

from typing import Any

from django.utils.translation import gettext as _


class WebcareError(Exception):
    """A rule of the desk was broken; `detail` says what to do about it."""

    code = "error"

    def __init__(self, detail: str = "", **data: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.data = data


class NotFound(WebcareError):
    """It does not exist, or not for this person: the two look the same."""

    code = "not_found"

    def __init__(self, detail: str = "", **data: Any) -> None:
        super().__init__(_(detail) if detail else "", **data)


class NotAllowed(WebcareError):
    """The person may see this, but not do that."""

    code = "not_allowed"


class TicketChanged(WebcareError):
    """Someone else moved the ticket first: read it again, then decide."""

    code = "ticket_changed"


class HandsFull(WebcareError):
    """No more fits in these hands: finish, park or give back something first."""

    code = "hands_full"


class StaleReply(WebcareError):
    """The author wrote again, or we answered, since this reply was begun."""

    code = "stale_reply"


class ShowsPersonalData(WebcareError):
    """Everybody would read it; `found` is what, and may be confirmed."""

    code = "shows_personal_data"


class StaleVersion(WebcareError):
    """The edit was made on an older version of the object."""

    code = "stale_version"


class InvalidMove(WebcareError):
    """The ticket's status does not allow this."""

    code = "invalid_move"

    def __init__(self, *, current: str, target: str, becomes: bool = True) -> None:
        detail = (
            _("A ticket that is %(current)s cannot become %(target)s.")
            if becomes
            else _("This cannot be done to a ticket that is %(current)s.")
        )
        super().__init__(
            detail % {"current": current, "target": target},
            current=current,
            target=target,
        )


class NotErasable(WebcareError):
    """Something of this person still moves; `detail` says what to end first."""

    code = "not_erasable"


class DangerStands(WebcareError):
    """There is talk of danger: it stays urgent until somebody clears the alarm."""

    code = "danger_stands"

    def __init__(self) -> None:
        super().__init__(
            _(
                "There is talk of danger on this ticket: it stays urgent until a team "
                "lead or specialist says that it was a false alarm."
            )
        )


class SendingRefused(WebcareError):
    """The send gate says no; `detail` says which rule and what would help."""

    code = "sending_refused"


class NoPrivateChannel(WebcareError):
    """The platform has nothing private; `text` refers the author to elsewhere."""

    code = "no_private_channel"


class ReplyTooLong(WebcareError):
    """The platform would not take a text of this length."""

    code = "reply_too_long"


class ApprovalOver(WebcareError):
    """It does not wait for approval any more; `state` and `reason` say why."""

    code = "approval_over"


class Invalid(WebcareError):
    """A value cannot be used; `errors` has sentences per field."""

    code = "invalid"

    def __init__(self, **errors: str) -> None:
        super().__init__(_("Some fields need attention."))
        self.errors = {name: [text] for name, text in errors.items()}


def taken(field: str) -> Invalid:
    """Return the refusal of a name in `field` that something else has already."""
    return Invalid(**{field: _("This name is in use: choose another.")})


class InUse(WebcareError):
    """Something depends on it: let that go first."""

    code = "in_use"


class NoDemoToLeave(WebcareError):
    """This desk is not the demo of `make up`, so there is nothing to leave."""

    code = "no_demo_to_leave"


class ImportBegun(WebcareError):
    """An import that was started cannot be changed, nor forgotten while it runs."""

    code = "import_begun"


class ModelUnusable(WebcareError):
    """This model may not decide, or not any more."""

    code = "model_unusable"


class NeverOpen(WebcareError):
    """This calendar does not open for long enough in the years ahead."""

    code = "never_open"


class SignInRefused(WebcareError):
    """This name and password do not go together, or were tried too often."""

    code = "sign_in_refused"

    def __init__(self) -> None:
        super().__init__(
            _(
                "That name and password do not go together. After too many attempts, "
                "wait fifteen minutes."
            )
        )


class RequestInProgress(WebcareError):
    """The first request under this key is still at work: wait, then ask again."""

    code = "request_in_progress"


class KeyReused(WebcareError):
    """This key was used for another request: make a new one."""

    code = "key_reused"
