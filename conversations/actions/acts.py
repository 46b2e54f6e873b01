"""Hide, like and retract on a platform: written down first, done outside of any lock.

Other than a text, an act that is done twice is done once: it is asked for again until
the platform says yes or no.
"""

import secrets
import time

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.actions import batches
from conversations.actions.delivery import PATIENCE_SECONDS
from conversations.adapters.registry import ADAPTERS
from conversations.exceptions import ActRefused, ChannelUnusable, DeliveryError
from conversations.exceptions import DeliveryDeferred as Deferred
from conversations.models import Act, Direction, Message, Mode, PlatformAct, Visibility
from conversations.models.bulk import fetch
from conversations.queries.clock import database_now

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 8
LONGEST_WAIT_SECONDS = 300
SHIFT_SECONDS = 8
CHANGED = "changed"  # the stage in which the desk learns that a message is gone
CAPABILITY = {
    Act.HIDE: "can_hide",
    Act.UNHIDE: "can_hide",
    Act.LIKE: "can_like",
    Act.UNLIKE: "can_like",
    Act.RETRACT: "can_retract",
}
_SENTENCES = {
    "act_not_possible": gettext_lazy("This platform does not let us do that."),
    "channel_only_listens": gettext_lazy("This channel only listens."),
    "channel_paused": gettext_lazy("This channel is paused: resume it first."),
    "channel_stopped": gettext_lazy("The platform refuses this channel: reconnect it."),
    "not_ours": gettext_lazy("Only an answer of ours can be retracted."),
    "ours": gettext_lazy("That is our own message: retract it instead."),
    "private": gettext_lazy("Only what is public can be hidden."),
    "withdrawn": gettext_lazy(
        "This message is gone: deleted by its author, or erased here."
    ),
}


def queue_act(*, message: Message, act: Act) -> PlatformAct:
    """Write down what is to be done to a message; the sender does it.

    Belongs in the transaction of whoever asks. Asking for what is under way already
    returns that. Raises ActRefused, with a stable code and what would help.
    """
    if code := refusal(message, act):
        raise ActRefused(str(_SENTENCES[code]), code=code)
    try:
        with transaction.atomic():
            return PlatformAct.objects.create(
                channel_id=message.channel_id, message=message, act=act
            )
    except IntegrityError:
        under_way = PlatformAct.objects.get(
            message=message, state__in=["waiting", "sending"]
        )
    if under_way.act != act:
        raise ActRefused(
            _("Something else is being done to this message: wait a moment."),
            code="act_under_way",
        )
    return under_way


def refusal(message: Message, act: Act) -> str:
    """Return the stable word for why this may not be done now, or nothing.

    Asked when it is asked for, and again when it is done. What takes something of ours
    away is possible on a channel that is paused or listens; what says something is not.
    """
    channel = message.channel
    ours = message.direction == Direction.OUT
    rules = {
        "act_not_possible": not getattr(channel, CAPABILITY[act]),
        "channel_stopped": bool(channel.stopped_at),
        "channel_only_listens": channel.mode == Mode.LISTENING and act != Act.RETRACT,
        "channel_paused": channel.mode == Mode.PAUSED and act == Act.LIKE,
        "not_ours": act == Act.RETRACT and not ours,
        "ours": act != Act.RETRACT and ours,
        "private": act == Act.HIDE and message.visibility == Visibility.PRIVATE,
        "withdrawn": bool(message.deleted_at),
    }
    return next((code for code, broken in rules.items() if broken), "")


def do_due(channel_id: int) -> int:
    """Do what is due on one channel; returns how many acts were tried."""
    ends_at = time.monotonic() + SHIFT_SECONDS
    count = 0
    while time.monotonic() < ends_at and (act := _claim(channel_id)):
        count += 1
        _do(act)
    return count


def _claim(channel_id: int) -> PlatformAct | None:
    claimed = fetch(
        """UPDATE conversations_platformact
              SET state = 'sending', attempts = attempts + 1, fence = %s,
                  due_at = statement_timestamp() + make_interval(secs => %s)
            WHERE id = (
                SELECT a.id FROM conversations_platformact a
                  JOIN conversations_channel c ON c.id = a.channel_id
                 WHERE a.channel_id = %s AND a.state IN ('waiting', 'sending')
                   AND a.due_at <= statement_timestamp() AND c.stopped_at IS NULL
                   AND coalesce(c.blocked_until <= statement_timestamp(), true)
                 ORDER BY a.due_at, a.id LIMIT 1 FOR UPDATE OF a SKIP LOCKED)
        RETURNING id""",
        [secrets.randbits(62), PATIENCE_SECONDS, channel_id],
    )
    if not claimed:
        return None
    return PlatformAct.objects.select_related("message__channel").get(pk=claimed[0][0])


def _do(act: PlatformAct) -> None:
    """Ask the gate once more, then the platform, and write down what became of it."""
    if code := refusal(act.message, Act(act.act)):
        _settle(act, "refused", str(_SENTENCES[code]))
        return
    channel = act.message.channel
    try:
        ADAPTERS[channel.kind].act(
            act.act,
            act_id=str(act.public_id),
            message=act.message.external_id,
            callback_url=channel.callback_url,
            secrets=channel.secrets,
            now=database_now(),
            allowed_hosts=settings.OUTGOING_ALLOWED_HOSTS,
        )
    except (Deferred, ChannelUnusable) as error:
        _again(act, error)
    except DeliveryError as error:
        _settle(act, "refused", str(error))
    else:
        _settle(act, "done")


def _again(act: PlatformAct, error: DeliveryError) -> None:
    """Later, as told or ever later; given up after MAX_ATTEMPTS."""
    if act.attempts >= MAX_ATTEMPTS:
        _settle(act, "refused", f"Given up after {act.attempts} tries: {error}")
        return
    wait = error.retry_after or min(LONGEST_WAIT_SECONDS, 2**act.attempts)
    fetch(
        """UPDATE conversations_platformact
              SET state = 'waiting', failure = %s,
                  due_at = statement_timestamp() + make_interval(secs => %s)
            WHERE id = %s AND fence = %s AND state = 'sending'""",
        [str(error)[:300], wait, act.pk, act.fence],
    )


@transaction.atomic
def _settle(act: PlatformAct, state: str, failure: str = "") -> None:
    """Guarded by the claim; what was done shows on the message in the same moment."""
    settled = fetch(
        """UPDATE conversations_platformact
              SET state = %s, failure = %s, settled_at = statement_timestamp()
            WHERE id = %s AND fence = %s AND state = 'sending' RETURNING id""",
        [state, failure[:300], act.pk, act.fence],
    )
    if settled and state == "done":
        fetch(_EFFECTS[Act(act.act)], [act.message_id])
        if act.act == Act.RETRACT:
            batches.enqueue(CHANGED, [act.message_id])


_EFFECTS = {
    act: f"UPDATE conversations_message SET {change} WHERE id = %s"
    for act, change in {
        Act.HIDE: "hidden_at = statement_timestamp()",
        Act.UNHIDE: "hidden_at = NULL",
        Act.LIKE: "liked_at = statement_timestamp()",
        Act.UNLIKE: "liked_at = NULL",
        Act.RETRACT: "deleted_at = statement_timestamp(), text = ''",
    }.items()
}
