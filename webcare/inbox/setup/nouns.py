"""Every page of the set-up, in the groups that its menu has."""

from django.utils.translation import gettext_lazy as _

from webcare.inbox.setup.author_lists import AUTHOR_LISTS
from webcare.inbox.setup.automation import RULES
from webcare.inbox.setup.calendars import CALENDARS
from webcare.inbox.setup.channels import CHANNELS
from webcare.inbox.setup.desk import DESK
from webcare.inbox.setup.imports import IMPORTS
from webcare.inbox.setup.macros import MACROS
from webcare.inbox.setup.on_call import ON_CALL
from webcare.inbox.setup.people import PEOPLE
from webcare.inbox.setup.policies import POLICIES
from webcare.inbox.setup.privacy import PRIVACY
from webcare.inbox.setup.queues import QUEUES
from webcare.inbox.setup.retention import RETENTION
from webcare.inbox.setup.routing import ROUTING
from webcare.inbox.setup.shapes import Noun, Text
from webcare.inbox.setup.subscriptions import WEBHOOKS
from webcare.inbox.setup.tags import FIELDS, TAGS
from webcare.inbox.setup.teams import SKILLS, TEAMS
from webcare.inbox.setup.tokens import AUDIT, TOKENS
from webcare.inbox.setup.topic_merges import TOPIC_MERGES
from webcare.inbox.setup.topics import TOPICS
from webcare.inbox.setup.views import VIEWS

GROUPS: tuple[tuple[Text, tuple[Noun, ...]], ...] = (
    (_("Work"), (DESK, QUEUES, ROUTING, CALENDARS, POLICIES, RULES)),
    (_("People"), (PEOPLE, TEAMS, SKILLS, ON_CALL)),
    (_("Content"), (TOPICS, TOPIC_MERGES, AUTHOR_LISTS, MACROS, VIEWS, TAGS, FIELDS)),
    (_("Connected"), (CHANNELS, IMPORTS, WEBHOOKS, TOKENS)),
    (_("Data kept"), (PRIVACY, RETENTION, AUDIT)),
)
NOUNS = {noun.slug: noun for _group, nouns in GROUPS for noun in nouns}
