"""What every page of the desk knows."""

from django.conf import settings
from django.http import HttpRequest


def desk(request: HttpRequest) -> dict[str, str]:
    """Return the label beside the desk's name; empty on a real one."""
    return {"desk_label": settings.DESK_LABEL}
