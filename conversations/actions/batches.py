"""The engine of the pipeline: claim a batch, do it in one transaction, or set aside.

A claim is one short statement that writes down the lease and counts the attempt; a
worker that dies leaves an expired lease and a counted attempt. The batch then runs
in one transaction that first takes its `Work` rows away, so that its effects, the
rows for the next stage and the end of this one are committed together.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from django.db import InterfaceError, OperationalError, transaction

from conversations.crashpoints import crossing
from conversations.models import Work
from conversations.models.bulk import fetch, ids, insert

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 5
LEASE_SECONDS = 30  # longer than the time limit of a task
# A row that was tried before travels in ever smaller company, so that one which
# kills its worker is soon alone: attempts so far -> most rows in a batch.
COMPANY = {0: 500, 1: 50, 2: 8, 3: 1, 4: 1}


@dataclass(frozen=True, slots=True)
class Stage:
    """A name, and what is done with a batch of its subjects, in bulk.

    `run` gets subject ids in rising order, inside a transaction, and either does
    all of them or raises. It calls no platform and waits for nothing.
    """

    name: str
    run: Callable[[list[int]], None]


def enqueue(stage: str, subjects: Sequence[int]) -> None:
    """Let `subjects` wait for `stage`; each once, and what is set aside stays there.

    Belongs in the transaction that makes or changes the subjects. Whoever has claimed
    one of them may read it before that commits, and then it is not theirs to end.
    """
    rows = [{"stage": stage, "subject_id": pk} for pk in sorted(set(subjects))]
    insert(Work, rows, conflict=_WAKE)


# Locks what waits already until this commits, so that nobody claims or ends it before;
# writes only where somebody has claimed it, whose attempt was none.
_WAKE = """
    ON CONFLICT (stage, subject_id) DO UPDATE
   SET fence = NULL, leased_until = NULL, attempts = conversations_work.attempts - 1
 WHERE conversations_work.leased_until > statement_timestamp()"""


def feed(stage: str, found: str) -> str:
    """Return SQL that does what `enqueue` does, with each id that `found` has.

    To be part of the statement that makes or changes them.
    """
    return f"""INSERT INTO conversations_work (stage, subject_id)
               SELECT '{stage}', id FROM {found} ORDER BY id {_WAKE}"""


def drain(stage: Stage) -> Iterator[int]:
    """Do all due work of `stage`; yields the count of each batch when committed.

    What stumbled before comes first, so that a steady stream cannot keep it waiting.
    """
    while (attempts := _tries_of_stumbled(stage.name)) is not None:
        if (done := _batch(stage, attempts)) is None:
            break
        yield done
    while (done := _batch(stage, 0)) is not None:
        yield done


def set_aside(stage: str, reasons: dict[int, str]) -> None:
    """Keep subjects that a person has to look at: subject -> a reason without text.

    For a stage that knows, without raising, that another attempt cannot help.
    """
    fetch(
        """INSERT INTO conversations_work (stage, subject_id, error, set_aside_at)
           SELECT %s, subject, reason, statement_timestamp()
             FROM unnest(%s::bigint[], %s::text[]) AS given(subject, reason)
           ON CONFLICT DO NOTHING""",
        [stage, list(reasons), list(reasons.values())],
    )


def redrive(stage: str, subjects: Sequence[int] | None = None) -> int:
    """Give set-aside work of `stage` another five attempts; returns how many."""
    waiting = Work.objects.filter(stage=stage, set_aside_at__isnull=False)
    if subjects is not None:
        waiting = waiting.filter(subject_id__in=subjects)
    return waiting.update(set_aside_at=None, attempts=0, leased_until=None, error="")


def set_aside_exhausted() -> int:
    """Set aside what had its last attempt and left only an expired lease.

    Returns how many; a row that raised is set aside at once, this one is for rows
    that took their worker with them.
    """
    with_reason = """
        UPDATE conversations_work SET set_aside_at = statement_timestamp(),
               error = coalesce(nullif(error, ''), 'the worker did not come back')
         WHERE set_aside_at IS NULL AND attempts >= %s
           AND leased_until < statement_timestamp()
        RETURNING stage, subject_id"""
    lost = fetch(with_reason, [MAX_ATTEMPTS])
    for stage, subject in lost:
        log.error("work set aside", stage=stage, subject=subject)
    return len(lost)


def _batch(stage: Stage, attempts: int) -> int | None:
    """Claim and do one batch; None when there was nothing to claim."""
    fence = secrets.randbits(62)
    subjects = _claim(stage.name, attempts, fence)
    crossing("work.claimed")
    return _run(stage, subjects, fence) if subjects else None


def _claim(stage: str, attempts: int, fence: int) -> list[int]:
    """Lease the oldest due subjects that were tried this often so far."""
    claim = """
        UPDATE conversations_work w
           SET attempts = attempts + 1, fence = %s,
               leased_until = statement_timestamp() + make_interval(secs => %s)
         WHERE w.stage = %s AND w.subject_id = ANY(ARRAY(
                SELECT subject_id FROM conversations_work
                 WHERE stage = %s AND attempts = %s AND set_aside_at IS NULL
                   AND due_at <= statement_timestamp()
                   AND (leased_until IS NULL OR leased_until < statement_timestamp())
                 ORDER BY subject_id LIMIT %s
                   FOR UPDATE SKIP LOCKED))
        RETURNING w.subject_id"""
    size = COMPANY[attempts]
    rows = fetch(claim, [fence, LEASE_SECONDS, stage, stage, attempts, size])
    return sorted(ids(rows))


def _tries_of_stumbled(stage: str) -> int | None:
    """How often the least tried of the rows that stumbled was tried, if any did."""
    [[attempts]] = fetch(
        """SELECT min(attempts) FROM conversations_work
            WHERE stage = %s AND attempts BETWEEN 1 AND %s AND set_aside_at IS NULL
              AND due_at <= statement_timestamp()
              AND (leased_until IS NULL OR leased_until < statement_timestamp())""",
        [stage, MAX_ATTEMPTS - 1],
    )
    return None if attempts is None else int(attempts)


def _run(stage: Stage, subjects: list[int], fence: int) -> int:
    """Do the batch; where it raises, halve it until what raises is alone."""
    try:
        done = _commit(stage, subjects, fence)
    except OperationalError:
        # The database's trouble, not the rows': all come again, at once where it can
        # still be told, else when the lease runs out.
        log.warning("batch interrupted", stage=stage.name, size=len(subjects))
        with suppress(OperationalError, InterfaceError):
            _let_go(stage.name, subjects, fence)
        raise
    except Exception as error:
        if len(subjects) == 1:
            _stumble(stage.name, subjects[0], fence, error)
            return 0
    else:
        crossing("work.committed")
        if done < len(subjects):
            _hand_back(stage.name, subjects, fence)
        return done
    middle = len(subjects) // 2
    halves = (subjects[:middle], subjects[middle:])
    return sum(_run(stage, half, fence) for half in halves)


@transaction.atomic
def _commit(stage: Stage, subjects: list[int], fence: int) -> int:
    still_ours = fetch(
        # Who holds a row is about to wake it anew, and it is not ours any more.
        """DELETE FROM conversations_work
            WHERE stage = %s AND subject_id = ANY(ARRAY(
                  SELECT subject_id FROM conversations_work
                   WHERE stage = %s AND subject_id = ANY(%s) AND fence = %s
                     FOR UPDATE SKIP LOCKED))
        RETURNING subject_id""",
        [stage.name, stage.name, subjects, fence],
    )
    if still_ours:
        stage.run(sorted(ids(still_ours)))
    crossing("work.done")
    return len(still_ours)


def _hand_back(stage: str, subjects: list[int], fence: int) -> None:
    """Let what was skipped be claimed again at once: it was not tried.

    Somebody held the row for a moment: a claim that looked at it, or whoever wakes it
    anew. Outside of any transaction and one by one: who waits for them holds nothing
    that they could be waiting for.
    """
    for subject in _held(stage, subjects, fence):
        fetch(
            """UPDATE conversations_work
                  SET leased_until = NULL, fence = NULL, attempts = attempts - 1
                WHERE stage = %s AND subject_id = %s AND fence = %s""",
            [stage, subject, fence],
        )


def _let_go(stage: str, subjects: list[int], fence: int) -> None:
    """Let them be claimed again at once; those that somebody wakes just now are."""
    fetch(
        """UPDATE conversations_work SET leased_until = statement_timestamp()
            WHERE stage = %s AND subject_id = ANY(ARRAY(
                  SELECT subject_id FROM conversations_work
                   WHERE stage = %s AND subject_id = ANY(%s) AND fence = %s
                     FOR UPDATE SKIP LOCKED))""",
        [stage, stage, subjects, fence],
    )


def _held(stage: str, subjects: list[int], fence: int) -> list[int]:
    return ids(
        fetch(
            """SELECT subject_id FROM conversations_work
                WHERE stage = %s AND subject_id = ANY(%s) AND fence = %s""",
            [stage, subjects, fence],
        )
    )


def _stumble(stage: str, subject: int, fence: int, error: Exception) -> None:
    """Write down why, and wait a little longer each time before the next attempt."""
    # The class and place, not the message: that may quote what somebody wrote.
    reason = type(error).__name__
    log.warning("work failed", stage=stage, subject=subject, exc_info=error)
    fetch(
        """UPDATE conversations_work
              SET error = %s, leased_until = NULL,
                  due_at = statement_timestamp() + make_interval(
                      secs => power(2, attempts) * (0.5 + random())),
                  set_aside_at = CASE WHEN attempts >= %s THEN statement_timestamp() END
            WHERE stage = %s AND subject_id = %s AND fence = %s""",
        [reason, MAX_ATTEMPTS, stage, subject, fence],
    )
