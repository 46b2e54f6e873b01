"""Reports of what came of it: for people who wrote, and for people who answered."""

from django.utils.translation import gettext_lazy as _

from webcare.inbox.report_shapes import BY_ALL, NARROW, TIMED, Column, Page

VALUE = (
    Page(
        slug="satisfaction",
        api="api:report-satisfaction",
        title=_("Satisfaction"),
        says=_("How satisfied people were with what they got."),
        definition=(
            _(
                "Answers of 4 or 5, of all answers, with Wilson's interval at 95 %. "
                "Fewer than five answers show no share, fewer than 30 are called "
                "small."
            ),
            _(
                "People are asked in private alone, once in 30 days: a fine share of "
                "those says little about people who only write in public."
            ),
            _(
                "By what ended then: what was resolved, who was asked and who answered "
                "then, each by when it happened. No rate is of those."
            ),
        ),
        columns=(
            Column(
                "share",
                _("Satisfied, of those who answered"),
                "share",
                "more",
                "satisfied",
            ),
            Column("interval.low", _("At least, by chance"), "share"),
            Column("interval.high", _("At most, by chance"), "share"),
            Column("answered", _("Answers")),
            Column("asked", _("Asked")),
            Column("response_rate", _("Answers, of asked"), "share", counts="answered"),
            Column("resolved", _("Resolved")),
            Column("waiting", _("Still to be asked")),
        ),
        drawn=("share",),
        told=("share", "answered", "asked", "response_rate"),
        by=BY_ALL,
        asks=NARROW | {"view"},
    ),
    Page(
        slug="response-rate",
        api="api:report-response-rate",
        title=_("Response rate"),
        says=_("How many messages were answered, of three wholes."),
        definition=(
            _(
                "Three rates, never one, because each alone flatters or accuses: of "
                "what needed an answer, of what was addressed to us, of all that we "
                "heard."
            ),
            _("Last words and scores want no answer: they are in none of the three."),
        ),
        columns=(
            Column(
                "needs_answer.share",
                _("Answered, of what needed an answer"),
                "share",
                "more",
                "needs_answer.answered",
            ),
            Column("needs_answer.of", _("Messages that needed an answer")),
            Column(
                "addressed.share",
                _("Answered, of what was addressed to us"),
                "share",
                counts="addressed.answered",
            ),
            Column("addressed.of", _("Addressed to us")),
            Column(
                "monitored.share",
                _("Answered, of all that we heard"),
                "share",
                counts="monitored.answered",
            ),
            Column("monitored.of", _("All that we heard")),
            Column("waiting", _("Still waiting"), "count", "less"),
            Column("undecided", _("Not decided")),
            Column("last_words", _("Last words")),
        ),
        drawn=("needs_answer.share", "addressed.share", "monitored.share"),
        told=("needs_answer.share", "addressed.share", "monitored.share", "waiting"),
        by=BY_ALL,
        asks=NARROW,
    ),
    Page(
        slug="added-value",
        api="api:report-added-value",
        title=_("Added value"),
        says=_("What our answers added, and where they did harm."),
        definition=(
            _(
                "Of all conversations: added where we took part and people thanked "
                "us, said that it was solved or gave a 4 or 5; harm where they want "
                "us gone; nothing known where we took part and heard neither."
            ),
            _(
                "Both can be true of one conversation: never read one without the "
                "other."
            ),
        ),
        columns=(
            Column("conversations", _("Conversations")),
            Column("engaged.share", _("We took part"), "share", counts="engaged.count"),
            Column(
                "added.share", _("It added something"), "share", "more", "added.count"
            ),
            Column(
                "harm.share", _("They wanted us gone"), "share", "less", "harm.count"
            ),
            Column("silent.share", _("Nothing known"), "share", counts="silent.count"),
            Column("provisional", _("Can still change")),
        ),
        drawn=("added.share", "harm.share", "engaged.share"),
        told=("conversations", "engaged.share", "added.share", "harm.share"),
        by=BY_ALL,
        asks=NARROW,
    ),
    Page(
        slug="agents",
        api="api:report-agents",
        title=_("Agents"),
        says=_("What each agent answered, resolved and worked."),
        definition=(
            _(
                "Turns answered, and how long their authors had waited; tickets first "
                "resolved while they were theirs; the time in which they had a "
                "ticket before them, which never overlaps."
            ),
            _("For team leads, to see who needs a hand. It says nothing of quality."),
        ),
        columns=(
            Column("answered", _("Answered")),
            Column("percentiles.50", _("Half were done within"), "seconds", "less"),
            Column("within_target", _("Within the target")),
            Column("with_target", _("With a target")),
            Column("resolved", _("Resolved")),
            Column("reopened", _("Reopened"), "count", "less"),
            Column("handle_seconds", _("Time worked"), "span"),
        ),
        drawn=("answered",),
        told=(),
        by=("agent",),
        asks=TIMED | {"no_by"},
        needs="people",
    ),
    Page(
        slug="skipped",
        api="api:report-skipped",
        title=_("Taken before its turn"),
        says=_("Who took work before its turn, and what was passed over."),
        definition=(
            _(
                "A ticket claimed by hand while older questions of the same queue "
                "waited. By how much older is of the oldest that was passed over."
            ),
        ),
        columns=(
            Column("claims", _("Taken by hand")),
            Column("skips", _("Before their turn"), "count", "less"),
            Column("skipped_tickets", _("Passed over")),
            Column("older_p50_seconds", _("Half were older by"), "span"),
            Column("older_max_seconds", _("Older by at most"), "span"),
        ),
        drawn=("skips",),
        told=(),
        by=("agent",),
        key="agent.name",
        asks=frozenset({"queue", "no_by"}),
        formats=(),
        needs="people",
    ),
    Page(
        slug="decisions",
        api="api:listening-decisions",
        title=_("What was heard"),
        says=_("What was heard, and how much of it became a ticket."),
        definition=(
            _(
                "Every message that came in, by what was decided about it and why: "
                "answered in a ticket, watched, ignored, or passed on."
            ),
        ),
        columns=(Column("messages", _("Messages")),),
        drawn=("messages",),
        told=(),
        by=("day",),
        key="day",
        split="verdict,reason,channel",
        asks=frozenset({"no_by"}),
    ),
)
