"""Messages that we answer become tickets, or join the ticket they belong to."""

from collections.abc import Mapping, Sequence

from conversations.actions import batches
from webcare.actions import (
    alarms,
    annoyances,
    approvals,
    elsewhere,
    engagement,
    last_words,
    outcomes,
    readings,
    survey_answers,
    turns,
)
from webcare.actions.engagement import Engaged
from webcare.actions.intake_groups import (
    Found,
    Group,
    Pair,
    newest_tickets,
    pair_of,
    together,
)
from webcare.actions.intake_history import write_history
from webcare.actions.intake_rows import attach, go_on, open_tickets, show
from webcare.actions.last_words import LastWord, Place
from webcare.actions.survey_answers import Scored
from webcare.actions.threads import lock_threads
from webcare.actions.turns import Said
from webcare.domain.lifecycle import Cause

TRIAGE = "triage"


def take_in(message_ids: list[int]) -> None:
    """Decide, then make, join or reopen tickets; what we said elsewhere is noted.

    One live ticket per thread and author, whatever arrives at the same time: threads
    are locked in rising order, and the database refuses a second one.
    """
    messages = engagement.heard(message_ids)
    lock_threads(message.thread for message in messages)
    engaged = engagement.engage([m for m in messages if m.direction == "in"])
    place(engaged, cause=Cause.INTAKE)
    elsewhere.note_answers([m for m in messages if m.direction == "out"])


STAGE = batches.Stage("ticket", take_in)


def place(engaged: Sequence[Engaged], *, cause: str, actor: int | None = None) -> None:
    """Give these messages their tickets, with a turn that waits for our answer.

    Last words join a ticket that is done, or waits for its customer, and leave it
    as it is; so does the score that its author was asked for. The caller holds the
    threads.
    """
    said: dict[Pair, list[Engaged]] = {}
    for one in engaged:
        said.setdefault(pair_of(one.message), []).append(one)
    found = newest_tickets(list(said))
    scores = survey_answers.find(
        said, {pair: there.asks_nothing for pair, there in found.items()}
    )
    survey_answers.keep(scores)
    said = _without(said, scores)
    words = last_words.find(_to_tickets_at_rest(said, found))
    last_words.keep(words)
    groups = _group(_without(said, words), found)
    beside: list[LastWord | Scored] = [*scores, *words]
    attach(groups, beside)
    go_on([group for group in groups if group.found])
    outcomes.reopened(
        {
            group.ticket: group.said[0].message.posted_at
            for group in groups
            if group.reopens
        }
    )
    goes_on = {group.ticket for group in groups}
    show([one for one in beside if one.at.ticket not in goes_on])
    write_history(
        groups, [*survey_answers.lines(scores), *last_words.lines(words)], cause, actor
    )
    written_again = {group.ticket for group in groups if group.found}
    written_again |= {word.at.ticket for word in words}
    approvals.void(sorted(written_again), reason="author_wrote", cause=cause)
    alarms.raise_alarms([group.ticket for group in groups if group.is_danger])
    turns.start(
        [
            Said(group.home(one)[0], group.ticket, one.message)
            for group in groups
            for one in group.said
        ]
    )
    annoyances.note(one.message for group in groups for one in group.said)
    readings.keep(
        [one.message for group in groups for one in group.said]
        + [one.message for one in beside],
        [group.ticket for group in groups] + [word.at.ticket for word in words],
    )
    batches.enqueue(TRIAGE, [group.ticket for group in groups])


def _to_tickets_at_rest(
    said: Mapping[Pair, Sequence[Engaged]], found: Mapping[Pair, Found]
) -> list[tuple[Place, Sequence[Engaged]]]:
    return [
        (Place(there.id, (there.origin, there.split)), ones)
        for pair, ones in said.items()
        if (there := found.get(pair))
        and there.is_at_rest
        and there.takes(ones[0].message)
    ]


def _without(
    said: Mapping[Pair, Sequence[Engaged]], words: Sequence[LastWord | Scored]
) -> dict[Pair, list[Engaged]]:
    ended = {word.message.id for word in words}
    rest = {
        pair: [one for one in ones if one.message.id not in ended]
        for pair, ones in said.items()
    }
    return {pair: ones for pair, ones in rest.items() if ones}


def _group(said: dict[Pair, list[Engaged]], found: Mapping[Pair, Found]) -> list[Group]:
    """Give each author's new messages a ticket: the one there is, or a new one."""
    kept = {
        pair: found[pair]
        for pair, ones in said.items()
        if pair in found and found[pair].takes(ones[-1].message)
    }
    fresh = {pair: ones for pair, ones in said.items() if pair not in kept}
    made = open_tickets(
        fresh, {pair: found[pair].id for pair in fresh if pair in found}
    )
    return together(
        [
            Group(there.id, ones, there, {pair: (there.origin, there.split)})
            if (there := kept.get(pair))
            else Group(made[pair], ones, None, {pair: (made[pair], None)})
            for pair, ones in said.items()
        ]
    )
