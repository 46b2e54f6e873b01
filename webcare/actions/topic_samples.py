"""Samples by which people check what machines said tickets are about."""

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid
from webcare.models import SampledTicket, Topic, TopicSample, User
from webcare.queries.people import require
from webcare.queries.sight import visible

MOST = 500


@transaction.atomic
def draw_sample(*, user: User, size: int, days: int) -> TopicSample:
    """Draw up to `size` tickets by lot, of those to which a machine gave a topic in the
    last `days`; each has the same chance, whatever became of its topic since.

    Raises NotAllowed, Invalid where there is none.
    """
    require(user, Permission.TEACH_TOPICS)
    seen, values = visible(user)
    sample = TopicSample.objects.create(drawn_by=user, days=days)
    drawn = fetch(
        f"""INSERT INTO webcare_sampledticket
                   (public_id, sample_id, ticket_id, topic_id, by)
            SELECT gen_random_uuid(), %(sample)s, ticket_id, topic, by
              FROM (SELECT DISTINCT ON (e.ticket_id) e.ticket_id,
                           (e.data->>'topic')::bigint AS topic, e.data->>'by' AS by
                      FROM webcare_ticketevent e
                      JOIN webcare_ticket k ON k.id = e.ticket_id AND {seen}
                     WHERE e.kind = 'classified' AND e.data->>'by' IN ('model', 'rule')
                       AND e.data->>'topic' IS NOT NULL AND e.data->'why' ? 'version'
                       AND e.recorded_at > now() - make_interval(days => %(days)s)
                     ORDER BY e.ticket_id, e.id DESC) AS decided
              JOIN webcare_topic t ON t.id = decided.topic
             ORDER BY random() LIMIT %(size)s RETURNING id""",
        {**values, "sample": sample.pk, "size": min(size, MOST), "days": days},
    )
    if not drawn:
        raise Invalid(days=_("No machine gave a ticket a topic in these days."))
    sample.refresh_from_db()
    return sample


@transaction.atomic
def check_ticket(*, user: User, sampled: SampledTicket, topic: Topic | None) -> None:
    """Say what a ticket of a sample is about; None for none of the topics.

    The last word counts. It changes no ticket and teaches nothing, so that the figure
    stays one of tickets drawn by lot. Raises NotAllowed, Invalid for a retired topic.
    """
    require(user, Permission.TEACH_TOPICS, sampled.ticket.queue_id)
    if topic is not None and topic.retired_at:
        raise Invalid(topic=_("This topic is no longer in use: choose another."))
    SampledTicket.objects.filter(pk=sampled.pk).update(
        said=topic, said_by=user, said_at=database_now()
    )
