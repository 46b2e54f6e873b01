"""Charts of how well topics are told apart, for the script that draws them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from webcare.queries.topic_quality import Week

Chart = dict[str, Any]
# The axis of the curve begins a step below the lowest point, not at nothing.
_STEP = 0.05


def charts(quality: Mapping[str, Any], weeks: Sequence[Week]) -> list[Chart]:
    """Return those that have two points: one makes no line, and the table has it."""
    made = [_drift(weeks), _trade(quality), _calibration(quality)]
    return [one for one in made if len(one["lines"][0]["values"]) > 1]


def _drift(weeks: Sequence[Week]) -> Chart:
    shares = [week.corrected / week.decided for week in weeks]
    return {
        "at": "drift",
        "labels": [date_format(week.week, "j M") for week in weeks],
        "lines": [{"label": _("Corrected"), "values": shares}],
        "name": _("Chart of the share corrected, by week. The table has the same."),
    }


def _trade(quality: Mapping[str, Any]) -> Chart:
    """Precision over coverage, of the levels that a desk may ask for."""
    known = {
        one["coverage"]: one["precision"]
        for one in quality.get("levels", [])
        if one["precision"] is not None
    }
    xs = sorted(known)
    low = min(known.values(), default=0)
    return {
        "at": "trade",
        "xs": xs,
        "lines": [{"label": _("Right"), "values": [known[one] for one in xs]}],
        "over": _("Decided by itself"),
        "low": max(0, round((low - _STEP) // _STEP * _STEP, 2)),
        "name": _("Chart of what is right over what is decided. The table has it too."),
    }


def _calibration(quality: Mapping[str, Any]) -> Chart:
    tenths = quality.get("calibration", [])
    return {
        "at": "calibration",
        "labels": [tenth_of(one["from"]) for one in tenths],
        "lines": [
            {"label": _("Said"), "values": [one["said"] for one in tenths]},
            {"label": _("Came true"), "values": [one["right"] for one in tenths]},
        ],
        "name": _("Chart of chances said and come true. The table has the same."),
    }


def tenth_of(start: float) -> str:
    """Return the tenth that begins at `start`, a share: "30–40 %"."""
    return f"{round(100 * start)}–{round(100 * start) + 10} %"
