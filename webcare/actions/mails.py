"""Letters to people: written down in a transaction, sent outside of any."""

import secrets
import smtplib
import time

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models.functions import Now

from conversations.models.bulk import fetch
from webcare.models import Mail

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 8
SHIFT_SECONDS = 8  # and one call more: well within the time limit of a task
# A server ends a call by itself well before this; who is longer under way never came
# back, and the letter goes again under the same Message-ID.
PATIENCE_SECONDS = 60
LONGEST_SUBJECT = 200
FIRST_WAIT, LONGEST_WAIT = 5, 3_600  # seconds


def queue_mail(
    *,
    to: str,
    subject: str,
    body: str,
    html: str = "",
    attachment: str = "",
    attachment_name: str = "",
) -> Mail:
    """Write a letter down; it leaves when the caller's transaction is committed.

    `html` says the same as `body`; `attachment` is a table, as CSV.
    """
    return Mail.objects.create(
        to=to,
        subject=" ".join(subject.split())[:LONGEST_SUBJECT],
        body=body,
        html=html,
        attachment=attachment,
        attachment_name=attachment_name,
    )


def send_due_mails() -> int:
    """Send what is due, one letter after the other; returns how many were tried.

    At least once: a letter whose sender died is sent again, with the same Message-ID.
    A server's final no ends it; anything else is tried again for some hours.
    """
    ends_at = time.monotonic() + SHIFT_SECONDS
    count = 0
    while time.monotonic() < ends_at and (mail := _claim()):
        count += 1
        try:
            _send(mail)
        except (OSError, smtplib.SMTPException) as error:
            _stumble(mail, error)
        else:
            _settle(mail, Mail.State.SENT)
    return count


def _claim() -> Mail | None:
    claimed = fetch(
        """UPDATE webcare_mail
              SET state = 'sending', attempts = attempts + 1, fence = %s,
                  due_at = statement_timestamp() + make_interval(secs => %s)
            WHERE id = (
                SELECT id FROM webcare_mail
                 WHERE state IN ('waiting', 'sending')
                   AND due_at <= statement_timestamp()
                 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id""",
        [secrets.randbits(62), PATIENCE_SECONDS],
    )
    return Mail.objects.get(pk=claimed[0][0]) if claimed else None


def _send(mail: Mail) -> None:
    """One call to the mail server; EMAIL_TIMEOUT ends it, with no transaction open."""
    host = settings.PUBLIC_URL.split("://")[-1].split(":")[0]
    letter = EmailMultiAlternatives(
        mail.subject,
        mail.body,
        to=[mail.to],
        headers={
            "Message-ID": f"<{mail.public_id}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    if mail.html:
        letter.attach_alternative(mail.html, "text/html")
    if mail.attachment_name:
        letter.attach(mail.attachment_name, mail.attachment, "text/csv")
    letter.send()


def _stumble(mail: Mail, error: Exception) -> None:
    """Wait longer each time; give up at a final no, or after the last attempt."""
    log.warning("mail not sent", mail=mail.pk, error=type(error).__name__)
    if _is_final(error) or mail.attempts >= MAX_ATTEMPTS:
        _settle(mail, Mail.State.FAILED, failure=type(error).__name__)
        return
    fetch(
        """UPDATE webcare_mail
              SET state = 'waiting', failure = %s,
                  due_at = statement_timestamp() + make_interval(secs => %s)
            WHERE id = %s AND fence = %s AND state = 'sending'""",
        [type(error).__name__, wait_after(mail.attempts), mail.pk, mail.fence],
    )


def wait_after(attempts: int) -> float:
    """Return the seconds until the next of so many attempts: 5, 20, 80 … an hour."""
    return float(min(LONGEST_WAIT, FIRST_WAIT * 4 ** (attempts - 1)))


def _is_final(error: Exception) -> bool:
    """A 5xx of the server is its last word (RFC 5321, 4.2.1)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return False  # ours to repair: the letter waits for it
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def _settle(mail: Mail, state: Mail.State, failure: str = "") -> None:
    Mail.objects.filter(pk=mail.pk, fence=mail.fence, state=Mail.State.SENDING).update(
        state=state,
        settled_at=Now(),
        body="",
        html="",
        attachment="",
        failure=failure,
    )
