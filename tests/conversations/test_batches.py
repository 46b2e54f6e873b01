"""The engine: claimed once, done once, and what cannot be done ends up alone."""

import threading
from collections import Counter

import pytest
from django.db import OperationalError, connection

from conversations.actions import batches
from conversations.actions.batches import MAX_ATTEMPTS, Stage, drain, enqueue, redrive
from conversations.models import Work
from conversations.queries.work import stages_due


class Refused(Exception):
    pass


def refusing(*poison: int, done: list[int]) -> Stage:
    """A stage that raises for the whole batch when one of `poison` is in it."""

    def run(subjects: list[int]) -> None:
        if set(subjects) & set(poison):
            raise Refused
        done.extend(subjects)

    return Stage("test", run)


def let_time_pass() -> None:
    """As if every lease had run out and every wait were over."""
    Work.objects.update(leased_until=None, due_at="2020-01-01T00:00Z")


@pytest.mark.django_db
def test_work_leaves_in_the_transaction_that_does_it():
    done: list[int] = []
    enqueue("test", [3, 1, 2, 1])

    assert list(drain(refusing(done=done))) == [3]
    assert done == [1, 2, 3]
    assert not Work.objects.exists()


@pytest.mark.django_db
def test_enqueueing_twice_is_one_row():
    enqueue("test", [1])
    enqueue("test", [1, 2])

    assert Work.objects.count() == 2


@pytest.mark.django_db
def test_poison_ends_up_alone_and_its_neighbours_go_on():
    done: list[int] = []
    enqueue("test", range(1, 101))

    assert sum(drain(refusing(7, 66, done=done))) == 98
    assert Counter(done) == Counter(set(range(1, 101)) - {7, 66})
    left = Work.objects.values_list("subject_id", "attempts", "error")
    assert sorted(left) == [(7, 1, "Refused"), (66, 1, "Refused")]


@pytest.mark.django_db
def test_poison_is_set_aside_after_its_last_attempt_and_can_be_driven_again():
    done: list[int] = []
    enqueue("test", [7])
    for _ in range(MAX_ATTEMPTS):
        let_time_pass()
        list(drain(refusing(7, done=done)))

    let_time_pass()
    assert Work.objects.get().set_aside_at
    assert list(drain(refusing(done=done))) == []

    assert redrive("test") == 1
    assert list(drain(refusing(done=done))) == [1]
    assert done == [7]


@pytest.mark.django_db
def test_what_stumbled_waits_before_it_is_tried_again():
    enqueue("test", [7])
    list(drain(refusing(7, done=[])))

    assert stages_due(["test"]) == []
    assert list(drain(refusing(done=[]))) == []
    let_time_pass()
    assert stages_due(["test"]) == ["test"]


@pytest.mark.django_db
def test_rows_that_take_their_worker_along_are_set_aside_too():
    enqueue("test", [1])
    Work.objects.update(attempts=MAX_ATTEMPTS, leased_until="2020-01-01T00:00Z")

    assert list(drain(refusing(done=[]))) == []
    assert batches.set_aside_exhausted() == 1
    assert Work.objects.get().error == "the worker did not come back"


@pytest.mark.django_db
@pytest.mark.parametrize(("tries", "company"), [(0, 60), (1, 50), (2, 8), (3, 1)])
def test_what_was_tried_before_travels_in_smaller_company(tries, company):
    sizes: list[int] = []
    enqueue("test", range(60))
    Work.objects.update(attempts=tries)

    list(drain(Stage("test", lambda subjects: sizes.append(len(subjects)))))

    assert max(sizes) == company
    assert sum(sizes) == 60


@pytest.mark.django_db
def test_trouble_of_the_database_lets_the_batch_go_and_counts_the_attempt():
    def interrupted(subjects: list[int]) -> None:
        raise OperationalError("deadlock detected")

    enqueue("test", [1, 2])
    with pytest.raises(OperationalError):
        list(drain(Stage("test", interrupted)))

    assert set(Work.objects.values_list("attempts", "error")) == {(1, "")}
    assert list(drain(refusing(done=[]))) == [2]


@pytest.mark.django_db
def test_a_worker_that_comes_back_late_changes_nothing():
    done: list[int] = []
    late: list[int] = []
    enqueue("test", [1])
    fence = 1
    assert batches._claim("test", 0, fence) == [1]
    let_time_pass()
    assert list(drain(refusing(done=done))) == [1]

    enqueue("test", [1])
    assert batches._run(refusing(done=late), [1], fence) == 0
    assert (done, late) == ([1], [])


@pytest.mark.django_db
def test_what_changes_while_somebody_has_it_is_done_again_and_no_attempt_was_made():
    done: list[int] = []
    early: list[int] = []
    enqueue("test", [1, 2])
    assert batches._claim("test", 0, 1) == [1, 2]

    enqueue("test", [2])

    assert batches._run(refusing(done=early), [1, 2], 1) == 1
    assert early == [1]
    assert Work.objects.get().attempts == 0
    assert list(drain(refusing(done=done))) == [1]
    assert done == [2]


@pytest.mark.django_db
def test_what_is_set_aside_stays_there_whatever_comes():
    enqueue("test", [1])
    Work.objects.update(set_aside_at="2026-01-01T00:00Z", attempts=5, fence=1)

    enqueue("test", [1])

    assert Work.objects.get().attempts == 5
    assert not list(drain(refusing(done=[])))


@pytest.mark.django_db(transaction=True)
def test_many_workers_do_each_row_once():
    done: list[int] = []
    enqueue("test", range(3_000))

    def work() -> None:
        list(drain(refusing(done=done)))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert Counter(done) == Counter(range(3_000))
    assert not Work.objects.exists()
