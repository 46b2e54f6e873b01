"""What every page of the desk knows."""

from django.conf import settings
from django.http import HttpRequest


def desk(request: HttpRequest) -> dict[str, str | bool]:
    """Return the label beside the desk's name, and whether this demo can be left."""
    return {
        "desk_label": settings.DESK_LABEL,
        "can_be_left": bool(settings.LEAVING_FOLDER),
    }
