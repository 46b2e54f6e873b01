from conversations.models.acts import Act, PlatformAct
from conversations.models.channels import (
    Channel,
    CheckResult,
    Counting,
    Files,
    Mode,
    PrivateReplies,
)
from conversations.models.deliveries import Delivery, State
from conversations.models.events import InboundEvent, Source
from conversations.models.files import File
from conversations.models.threads import (
    Attachment,
    Author,
    Direction,
    Message,
    MessageVersion,
    Thread,
    Tombstone,
    Visibility,
)
from conversations.models.work import Work

__all__ = [
    "Act",
    "Attachment",
    "Author",
    "Channel",
    "CheckResult",
    "Counting",
    "Delivery",
    "Direction",
    "File",
    "Files",
    "InboundEvent",
    "Message",
    "MessageVersion",
    "Mode",
    "PlatformAct",
    "PrivateReplies",
    "Source",
    "State",
    "Thread",
    "Tombstone",
    "Visibility",
    "Work",
]
