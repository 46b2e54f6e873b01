from webcare.exceptions import NotFound
from webcare.models import Topic


def topic_by_slug(slug: str) -> Topic:
    """Return a topic. Raises NotFound."""
    topic = Topic.objects.filter(slug=slug).first()
    if topic is None:
        raise NotFound("There is no such topic.")
    return topic
