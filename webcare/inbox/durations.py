"""Lengths of time in words, short enough for a list."""

from django.utils.translation import gettext as _

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def in_words(seconds: float) -> str:
    """Return a length of time by its two largest units, rounded down: "3 h 05"."""
    seconds = max(0, int(seconds))
    if seconds < MINUTE:
        return _("%(n)d s") % {"n": seconds}
    if seconds < HOUR:
        return _("%(n)d min") % {"n": seconds // MINUTE}
    if seconds < DAY:
        hours, rest = divmod(seconds, HOUR)
        return _("%(h)d h %(m)02d") % {"h": hours, "m": rest // MINUTE}
    days, rest = divmod(seconds, DAY)
    if days >= 7:
        return _("%(n)d d") % {"n": days}
    return _("%(d)d d %(h)d h") % {"d": days, "h": rest // HOUR}
