from webcare.exceptions import NotFound
from webcare.models import Queue


def queue_by_slug(slug: str) -> Queue:
    """Return a queue. Raises NotFound."""
    queue = Queue.objects.filter(slug=slug).first()
    if queue is None:
        raise NotFound("There is no such queue.")
    return queue
