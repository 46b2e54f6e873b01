"""What people do to messages on the platform: hide, like, and take back our own."""

from django.db import transaction

from conversations.actions.acts import queue_act
from conversations.exceptions import ActRefused
from conversations.models import Act, Message, PlatformAct
from conversations.queries.clock import database_now
from webcare.actions.log import record
from webcare.domain.permissions import Permission
from webcare.exceptions import SendingRefused
from webcare.models import Reply, Ticket, TicketEvent, User
from webcare.queries.people import require

Kind = TicketEvent.Kind
KINDS = {
    Act.HIDE: Kind.MESSAGE_HIDDEN,
    Act.UNHIDE: Kind.MESSAGE_UNHIDDEN,
    Act.LIKE: Kind.MESSAGE_LIKED,
    Act.UNLIKE: Kind.MESSAGE_UNLIKED,
    Act.RETRACT: Kind.MESSAGE_RETRACTED,
}


@transaction.atomic
def moderate(*, ticket: Ticket, user: User, message: Message, act: Act) -> PlatformAct:
    """Let something be done to a message of this ticket, on its platform.

    It is asked of the platform until that says yes or no. Everybody may retract an
    answer of their own; all else needs the right to moderate. Raises NotAllowed, and
    SendingRefused where the platform, the channel's mode or the message forbids it.
    """
    own = act == Act.RETRACT and _wrote(user, message)
    needed = Permission.WORK_TICKETS if own else Permission.MODERATE
    require(user, needed, ticket.queue_id)
    try:
        queued = queue_act(message=message, act=act)
    except ActRefused as error:
        raise SendingRefused(str(error), rule=error.code) from error
    record(
        ticket,
        KINDS[act],
        at=database_now(),
        actor=user,
        message=message.pk,
        act=str(queued.public_id),
    )
    return queued


def _wrote(user: User, message: Message) -> bool:
    return Reply.objects.filter(delivery__message=message, author=user).exists()
