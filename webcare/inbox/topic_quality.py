"""How well topics are told apart, for who leads, and where to mend it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from webcare.domain.topics.confusion import square
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.tickets import views_with
from webcare.inbox.topic_charts import charts, tenth_of
from webcare.inbox.topic_check import let_in
from webcare.queries import topic_quality as known
from webcare.queries import topic_samples
from webcare.queries.inbox import desk_of
from webcare.queries.models import wanted_precision
from webcare.queries.topics import (
    corrections,
    names_by_id,
    owners,
    published_training,
    slugs,
    thin_topics,
)

if TYPE_CHECKING:
    from webcare.models import User

MOST_TOPICS = 20
MOST_PAIRS = 5


class Name(NamedTuple):
    """What a topic is called here, and in addresses; and whose it is."""

    label: str
    slug: str
    owner: str = ""


class Line(NamedTuple):
    """What is known of one topic: by people's checks, and from its examples.

    `right`, `low`, `high`, `precision` and `recall` are shares, None where unknown.
    """

    name: Name
    checked: int
    right: float | None
    low: float | None
    high: float | None
    examples: int
    precision: float | None
    recall: float | None

    @property
    def worth(self) -> float:
        """By which the weakest stand first; those that nothing is known of, last."""
        return min(
            (one for one in (self.right, self.recall) if one is not None), default=2
        )


@desk
@require_GET
def topic_quality(request: DeskRequest) -> HttpResponse:
    """Show what is known; the number of statements does not grow with topics."""
    here = desk_of(request.user, let_in(request))
    frame = {"page_is": "topic-quality", "desk": here, "views": views_with(here)}
    return render(
        request, "webcare/inbox/topic_quality.html", frame | _shown(request.user)
    )


def _shown(user: "User") -> dict[str, Any]:
    training, weeks = published_training(), known.weeks()
    quality = training.quality if training else {}
    names, corrected, routed = _names(user), corrections(), known.routing()
    return {
        "training": training,
        "quality": quality,
        "wanted": wanted_precision(),
        "corrections": corrected,
        "corrected": _share(corrected.corrected, corrected.decided),
        "routing": routed,
        "without_a_hand": _share(routed.without_a_hand, routed.routed),
        "moved": _share(routed.moved, routed.routed),
        "moves": known.newest_moves(user),
        "weeks": [(week, _share(week.corrected, week.decided)) for week in weeks],
        "tenths": [
            one | {"tenth": tenth_of(one["from"])}
            for one in quality.get("calibration", [])
        ],
        "charts": charts(quality, weeks),
        "thin": [(names[one.pk], one.examples) for one in thin_topics()],
        "next": known.worth_labelling(user),
        **_by_topic(quality, names),
        **_confused(quality, names),
    }


def _names(user: "User") -> dict[int, Name]:
    known_as, owned_by = slugs(), owners()
    return {
        pk: Name(label, known_as.get(pk, ""), owned_by.get(pk, ""))
        for pk, label in names_by_id(user).items()
    }


def _by_topic(quality: Mapping[str, Any], names: dict[int, Name]) -> dict[str, Any]:
    sample = topic_samples.newest_checked()
    found = topic_samples.figures([sample])[sample.pk] if sample else None
    checks = found.topics if found else {}
    learned = {one["topic"]: one for one in quality.get("topics", [])}
    lines = [
        _line(names[pk], checks.get(pk), learned.get(pk, {}))
        for pk in sorted({*checks, *learned} & {*names})
    ]
    lines.sort(key=lambda line: line.worth)
    return {
        "sample": sample,
        "whole": found and _line(Name("", ""), found.whole, {}),
        "lines": lines[:MOST_TOPICS],
        "known_topics": len(lines),
    }


def _line(
    name: Name, checked: topic_samples.Checked | None, learned: Mapping[str, Any]
) -> Line:
    between = checked.interval if checked else None
    has_measure = bool(learned.get("measured"))
    return Line(
        name,
        checked.checked if checked else 0,
        checked.right / checked.checked if checked and between else None,
        between.low if between else None,
        between.high if between else None,
        learned.get("examples", 0),
        learned["precision"] if has_measure else None,
        learned["recall"] if has_measure else None,
    )


def _confused(quality: Mapping[str, Any], names: dict[int, Name]) -> dict[str, Any]:
    unknown, confusion = Name("–", ""), square(quality)
    return {
        "confusion": confusion,
        "columns": [names.get(one, unknown) for one in confusion.topics],
        "rows": [(names.get(row.topic, unknown), row) for row in confusion.rows],
        "pairs": [
            (
                names.get(one["topic"], unknown),
                names.get(one["taken_for"], unknown),
                one["count"],
            )
            for one in quality.get("confusions", [])[:MOST_PAIRS]
        ],
        "disagreements": [
            (names.get(one, unknown), names.get(other, unknown), count)
            for one, other, count in known.disagreements()[:MOST_PAIRS]
        ],
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
