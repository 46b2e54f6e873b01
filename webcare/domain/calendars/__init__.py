"""Opening hours as data, and arithmetic with the time in which a desk is open."""

from webcare.domain.calendars.arithmetic import ALWAYS, Calendar, Span
from webcare.domain.calendars.definitions import (
    Definition,
    Exceptional,
    Holiday,
    Hours,
    Why,
)
from webcare.domain.calendars.reading import read_definition

__all__ = [
    "ALWAYS",
    "Calendar",
    "Definition",
    "Exceptional",
    "Holiday",
    "Hours",
    "Span",
    "Why",
    "read_definition",
]
