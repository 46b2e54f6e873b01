"""The tree of topics, what speaks for each, and how well the model tells them apart."""

from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from webcare.domain.topics.heirs import last_heirs
from webcare.domain.topics.rules import RuleKind as RuleKind
from webcare.exceptions import Invalid, NotFound
from webcare.models import (
    Team,
    Topic,
    TopicExample,
    TopicMerge,
    TopicModel,
    TopicRule,
    User,
)
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.sight import known_topics, own_queues

TrainingState = TopicModel.State
TrainingCause = TopicModel.Cause
# With fewer, a topic is known by luck.
FEW_EXAMPLES = 5


def topics_for(user: User, some: QuerySet[Topic] | None = None) -> list[Topic]:
    """Return the topics that `user` may know of, as `topics` does.

    The queue of one that is only on the way to theirs is not told; who works for
    somebody else is not told whose a topic is.
    """
    asked = topics() if some is None else some
    known, own = known_topics(user), own_queues(user)
    if known is None or own is None:
        return list(asked)
    found = list(asked.filter(pk__in=known))
    for topic in found:
        topic.owner = topic.owner_team = None
        if topic.queue_id not in own:
            topic.queue = None
    return found


def topics() -> QuerySet[Topic]:
    """Return all topics, those that are pinned first, then by name, each with its
    queue, parent, owner and `example_count`."""
    count = (
        TopicExample.objects.filter(topic=OuterRef("pk"))
        .order_by()
        .values("topic")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return (
        Topic.objects.select_related(
            "queue", "parent", "merged_into", "owner", "owner_team"
        )
        .prefetch_related("rules__channel", "rules__author_list")
        .annotate(example_count=Coalesce(Subquery(count), 0))
        .order_by("-is_pinned", "slug")
    )


def topic_named(slug: str, user: User | None = None) -> Topic:
    """Return a topic, of those that `user` may know of. Raises NotFound."""
    topic = Topic.objects.filter(slug=slug).first()
    known = known_topics(user) if user else None
    if topic is None or (known is not None and topic.pk not in known):
        raise NotFound("There is no such topic.")
    return topic


def topic_in_full(slug: str, user: User) -> Topic:
    """Return a topic as the list shows it to `user`. Raises NotFound."""
    for found in topics_for(user, topics().filter(slug=slug)):
        return found
    raise NotFound("There is no such topic.")


def slugs(user: User | None = None) -> dict[int, str]:
    """Return what each topic is called outside, of those that `user` may know of."""
    known = known_topics(user) if user else None
    rows = Topic.objects.values_list("pk", "slug")
    return {pk: slug for pk, slug in rows if known is None or pk in known}


def owners() -> dict[int, str]:
    """Return what the owner of each topic that has one is called, by our own id."""
    found = Topic.objects.filter(Q(owner__isnull=False) | Q(owner_team__isnull=False))
    return {
        one.pk: str(one.owner or one.owner_team)
        for one in found.select_related("owner", "owner_team")
    }


def chosen_owner(public_id: UUID) -> User | Team:
    """The colleague or the team that a request names. Raises Invalid."""
    found = User.objects.filter(public_id=public_id, is_active=True).first()
    owner = found or Team.objects.filter(public_id=public_id).first()
    if owner is None:
        raise Invalid(owner=_("Choose a colleague or a team."))
    return owner


def heirs() -> dict[int, int | None]:
    """Return the topics that are in use no more, and what took each over, if anything
    that is in use did."""
    rows = fetch(
        "SELECT id, merged_into_id FROM webcare_topic WHERE retired_at IS NOT NULL", []
    )
    return last_heirs(dict(rows))


def topic_in_use(slug: str) -> Topic | None:
    """Return the topic of this name, or what took it over; None where it is retired."""
    found = Topic.objects.filter(slug=slug).select_related("merged_into").first()
    while found is not None and found.merged_into is not None:
        found = found.merged_into
    return None if found is None or found.retired_at else found


def names_by_id(user: User) -> dict[int, str]:
    """The same as `names_told`, by our own id."""
    known = known_topics(user)
    found = Topic.objects.select_related("merged_into")
    return {one.pk: _told(one) for one in found if known is None or one.pk in known}


def names_told(user: User | None = None) -> dict[str, str]:
    """Return what people call each topic, by slug: those that are in use no more, too,
    which say what took them over. Of those that `user` may know of; one statement."""
    known = known_topics(user) if user else None
    found = Topic.objects.select_related("merged_into")
    return {one.slug: _told(one) for one in found if known is None or one.pk in known}


def _told(topic: Topic) -> str:
    if topic.merged_into is None:
        return topic.label
    return _("%(topic)s (merged into %(into)s)") % {
        "topic": topic.label,
        "into": topic.merged_into.label,
    }


def merges() -> QuerySet[TopicMerge]:
    return TopicMerge.objects.select_related("topic", "into", "merged_by", "undone_by")


_MERGES = Listing("m.public_id", "webcare_topicmerge m", "m.id")
MERGES = Order("m.merged_at", descending=True)


def merge_page(mark: Mark | None, limit: int) -> tuple[list[TopicMerge], Page]:
    """Return a page of merges, the newest first: two statements."""
    page = read_page(_MERGES, MERGES, mark, limit)
    found = merges().in_bulk([pk for _at, pk, *_ in page.rows])
    return [found[pk] for _at, pk, *_ in page.rows if pk in found], page


def merge_of(public_id: UUID) -> TopicMerge:
    """Raises NotFound."""
    if found := merges().filter(public_id=public_id).first():
        return found
    raise NotFound("There is no such merge.")


class ThinTopic(NamedTuple):
    pk: int
    slug: str
    examples: int


def thin_topics() -> list[ThinTopic]:
    """Return the topics in use that need examples, by slug."""
    rows = fetch(
        """SELECT t.id, t.slug, count(e.id) FROM webcare_topic t
             LEFT JOIN webcare_topicexample e ON e.topic_id = t.id
            WHERE t.retired_at IS NULL
            GROUP BY t.id HAVING count(e.id) < %s ORDER BY t.slug""",
        [FEW_EXAMPLES],
    )
    return [ThinTopic(*row) for row in rows]


_RULES = Listing("r.public_id", "webcare_topicrule r", "r.id", ["r.topic_id = %(of)s"])
RULES = Order("r.made_at")


def rule_page(
    topic: Topic, mark: Mark | None, limit: int
) -> tuple[list[TopicRule], Page]:
    """Return a page of what speaks for a topic, the oldest first: two statements."""
    listing = replace(_RULES, values={"of": topic.pk})
    page = read_page(listing, RULES, mark, limit)
    rules = TopicRule.objects.select_related("channel", "author_list")
    found = rules.in_bulk([pk for _at, pk, *_ in page.rows])
    return [found[pk] for _at, pk, *_ in page.rows if pk in found], page


def rule_of(topic: Topic, public_id: UUID) -> TopicRule:
    """Return one rule of this topic. Raises NotFound."""
    found = TopicRule.objects.filter(topic=topic, public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such rule.")
    return found


def trainings() -> QuerySet[TopicModel]:
    """Return all trainings with who asked and who chose, newest first; arrays, and
    what each was made of, are read when they are asked for."""
    return (
        TopicModel.objects.defer("arrays", "snapshot", "messages")
        .select_related("asked_by", "chosen_by")
        .order_by("-pk")
    )


def training_of(public_id: UUID) -> TopicModel:
    """Raises NotFound."""
    found = trainings().filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such training.")
    return found


def published_training() -> TopicModel | None:
    """Return the model that decides now; None before the first."""
    return trainings().filter(state=TrainingState.PUBLISHED).first()


class Taught(NamedTuple):
    """How many examples there are of topics in use; how many the model has not seen."""

    all: int
    since: int


def taught() -> Taught:
    """Count what people taught. One statement."""
    rows = fetch(
        """SELECT count(*), count(*) FILTER (WHERE e.id > coalesce((
                  SELECT last_example FROM webcare_topicmodel
                   WHERE state = 'published'), 0))
             FROM webcare_topicexample e
             JOIN webcare_topic t ON t.id = e.topic_id AND t.retired_at IS NULL""",
        [],
    )
    return Taught(*rows[0])


class Corrections(NamedTuple):
    """How often people changed what a machine had decided, in the last 30 days."""

    decided: int
    corrected: int


def corrections() -> Corrections:
    """Count tickets a model classified, and those of them a person then changed."""
    [[decided, corrected]] = fetch(
        """WITH machine AS (
             SELECT DISTINCT ticket_id FROM webcare_ticketevent
              WHERE kind = 'classified' AND data->>'by' = 'model'
                AND recorded_at > now() - interval '30 days')
           SELECT count(*), count(*) FILTER (WHERE k.topic_by = 'person')
             FROM machine JOIN webcare_ticket k ON k.id = machine.ticket_id""",
        [],
    )
    return Corrections(decided, corrected)
