"""Reports of the work: how long it took, whether promises held, how much there was."""

from django.utils.translation import gettext_lazy as _

from webcare.inbox.report_shapes import (
    BY_ALL,
    BY_NOBODY,
    NARROW,
    SHARED,
    TIMED,
    Column,
    Page,
)

_TIMES = (
    Column("percentiles.50", _("Half were done within"), "seconds", "less"),
    Column("percentiles.90", _("Nine of ten were done within"), "seconds", "less"),
    Column("percentiles.95", _("19 of 20 were done within"), "seconds", "less"),
    Column("mean_seconds", _("Mean of those done"), "span", "less"),
    Column("waiting", _("Still waiting"), "count", "less"),
    Column("longest_waiting_seconds", _("Waits longest"), "span", "less"),
)
_SURVIVAL = _(
    "Percentiles count those who still wait (Kaplan and Meier): a percentile that too "
    "few have reached is “not reached”. The mean is of those done alone, and looks "
    "best when service is worst."
)
_AS_THEN = _("Queue, topic, channel, priority and person are as they were then.")


SERVICE = (
    Page(
        slug="response-times",
        api="api:report-response-times",
        title=_("Response times"),
        says=_("How long people waited for an answer."),
        definition=(
            _(
                "From the earliest unanswered message until the platform has "
                "accepted an answer of a person. What was closed on purpose "
                "without an answer is in no time, and counted apart."
            ),
            _(
                "The first sign of life is the first that an author heard of us: that "
                "we look into it, what was sent by itself, or else the answer."
            ),
            _SURVIVAL,
            _AS_THEN,
        ),
        columns=(
            Column("n", _("Cases")),
            *_TIMES,
            Column("left_unanswered", _("Left without an answer")),
            Column("within_target", _("Within the target")),
            Column("with_target", _("With a target")),
            Column("answered_in_closed_time", _("Answered in closed time")),
        ),
        drawn=("percentiles.50", "percentiles.90"),
        told=("n", "percentiles.50", "percentiles.90", "waiting"),
        by=BY_ALL,
        asks=TIMED | {"of"},
    ),
    Page(
        slug="service-level",
        api="api:report-service-level",
        title=_("Service level"),
        says=_("How many promises were kept."),
        definition=(
            _(
                "Kept, of kept and broken. A promise is broken the moment its time "
                "passes, whether anybody answers or not; the minute in which it is "
                "due is still in time."
            ),
            _("What is not due yet, or was left in time, is in no share."),
            _(
                "By what ended then: what was kept then, and what became late then, "
                "whenever it was promised."
            ),
            _AS_THEN,
        ),
        columns=(
            Column("share", _("Kept"), "share", "more", "met"),
            Column("met", _("Kept, in number")),
            Column("breached", _("Broken"), "count", "less"),
            Column("breached_and_open", _("Broken and still open"), "count", "less"),
            Column("not_due", _("Not due yet")),
            Column("left_unanswered", _("Left without an answer")),
        ),
        drawn=("share",),
        told=("share", "breached"),
        by=BY_ALL,
        asks=SHARED | {"view"},
        split="promise",
    ),
    Page(
        slug="resolutions",
        api="api:report-resolutions",
        title=_("Resolutions"),
        says=_("How long tickets took, and what became of them."),
        definition=(
            _(
                "From the opening of a ticket to the ending that stands; live ones "
                "wait. Merged tickets and endings that were taken back are in "
                "nothing."
            ),
            _SURVIVAL,
            _("Stayed resolved: not reopened within seven days of an ending."),
        ),
        columns=(
            Column("n", _("Cases")),
            *_TIMES,
            Column("resolved", _("Resolved")),
            Column("stayed_resolved", _("Stayed resolved"), "count", "more"),
            Column("reopened", _("Reopened"), "count", "less"),
            Column("uncertain", _("Can still be reopened")),
            Column("outcomes.answered", _("With an answer")),
            Column("left_unanswered", _("Without an answer")),
        ),
        drawn=("percentiles.50", "percentiles.90"),
        told=("resolved", "percentiles.50", "percentiles.90", "reopened"),
        by=BY_ALL,
        asks=TIMED,
    ),
    Page(
        slug="reopen-rate",
        api="api:report-reopen-rate",
        title=_("Reopened"),
        says=_("How many resolved tickets came back within seven days."),
        definition=(
            _(
                "Tickets reopened within seven days of an ending, of all that were "
                "resolved; each ticket once, where it was first resolved."
            ),
            _("Provisional while some can still be reopened."),
        ),
        columns=(
            Column("rate", _("Reopened, of resolved"), "share", "less", "reopened"),
            Column("resolved", _("Resolved")),
            Column("reopened", _("Reopened"), "count", "less"),
            Column("uncertain", _("Can still be reopened")),
        ),
        drawn=("rate",),
        told=("rate", "resolved", "reopened", "uncertain"),
        by=BY_ALL,
        asks=SHARED | {"view"},
    ),
    Page(
        slug="first-contact-resolution",
        api="api:report-first-contact",
        title=_("Resolved at once"),
        says=_("How many tickets needed one answer and stayed resolved."),
        definition=(
            _(
                "Of tickets resolved with an answer, seven days after: those with "
                "one answered turn, not reopened, and no other ticket of the same "
                "author about the same topic in those days."
            ),
            _("The last seven days are in no figure yet."),
        ),
        columns=(
            Column(
                "rate", _("At once, of answered"), "share", "more", "resolved_at_once"
            ),
            Column("answered", _("Resolved with an answer")),
            Column("resolved_at_once", _("Resolved at once"), "count", "more"),
        ),
        drawn=("rate",),
        told=("rate", "answered", "resolved_at_once"),
        by=BY_ALL,
        asks=SHARED,
    ),
    Page(
        slug="volume",
        api="api:report-volume",
        title=_("Volume"),
        says=_("How much was heard and said, and how many tickets were opened."),
        definition=(
            _(
                "Messages by when they were posted, tickets by when they were "
                "opened, merged ones left out. A message counts where its ticket "
                "is now: when it comes in nobody knows yet."
            ),
        ),
        columns=(
            Column("messages_in", _("Messages in")),
            Column("messages_in_tickets", _("Of those, in tickets")),
            Column("messages_out", _("Messages out")),
            Column("tickets_opened", _("Tickets opened")),
        ),
        drawn=("messages_in", "messages_out", "tickets_opened"),
        told=("messages_in", "messages_out", "tickets_opened"),
        by=BY_NOBODY,
        asks=SHARED,
    ),
    Page(
        slug="backlog",
        api="api:report-backlog",
        title=_("Backlog"),
        says=_("What lay in the desk: at a moment, or at each midnight."),
        definition=(
            _(
                "Tickets that lived at a moment, as the log knew then: what reached "
                "us later was not in the backlog. Ages run from the opening."
            ),
            _("By day: how each day of the desk began, once its midnight was kept."),
        ),
        columns=(
            Column("tickets", _("Live tickets"), "count", "less"),
            Column("oldest_seconds", _("Oldest"), "span", "less"),
            Column("ages.0", _("Up to a day")),
            Column("ages.1", _("One to three days")),
            Column("ages.3", _("Three to seven days")),
            Column("ages.7", _("A week to 30 days")),
            Column("ages.30", _("Older"), "count", "less"),
        ),
        drawn=("tickets",),
        told=("tickets", "oldest_seconds", "ages.7", "ages.30"),
        by=("day", "queue", "topic", "agent", "channel", "priority"),
        asks=NARROW | {"moment"},
        total_by="queue",
        formats=("csv",),
    ),
)
