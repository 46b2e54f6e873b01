"""What authors delete is learned from no more; what they edit was said all the same."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from conversations.actions.changes import bury
from conversations.models import Message
from webcare.actions import training
from webcare.actions.models import choose_model
from webcare.actions.tickets import classify_ticket
from webcare.exceptions import ModelUnusable
from webcare.models import Membership, TopicExample, TopicModel

pytestmark = pytest.mark.django_db
SAID = "My name is Jansen and the invoice is wrong"


@pytest.fixture(autouse=True)
def she_works_everywhere(ada):
    Membership.objects.create(user=ada, queue=None, role="agent")


@pytest.fixture
def taught(model, make_ticket, topics, ada):
    """A ticket that a person said something about."""
    ticket = make_ticket(text=SAID)
    classify_ticket(ticket=ticket, user=ada, topic=topics[1])
    return ticket


@pytest.fixture
def delete(pump, shop):
    def delete_():
        bury([(shop.pk, Message.objects.get().external_id)])
        pump()

    return delete_


def trained():
    job = TopicModel.objects.create()
    training.train(job.pk)
    job.refresh_from_db()
    return job


def erasures():
    return TopicModel.objects.filter(cause="erasure")


@pytest.mark.parametrize("anew", ["power", None])
def test_what_was_corrected_after_a_training_is_forgotten_too(
    taught, topics, ada, delete, anew, root
):
    job = trained()
    assert job.state == "published"
    again = topics[0] if anew else None
    classify_ticket(ticket=taught, user=ada, topic=again)

    delete()

    refit = erasures().get()
    training.train(refit.pk)
    refit.refresh_from_db()
    assert refit.state == "published"
    with pytest.raises(ModelUnusable):
        choose_model(user=root, training=job)


def test_a_model_that_learned_from_it_long_ago_is_not_chosen_again(
    taught, topics, ada, delete, root
):
    before = trained()
    classify_ticket(ticket=taught, user=ada, topic=None)
    after = trained()
    assert after.state == "published"

    delete()

    assert not erasures().exists(), "the model that decides never saw it"
    with pytest.raises(ModelUnusable):
        choose_model(user=root, training=before)


def test_what_is_deleted_while_a_model_learns_from_it_is_published_by_none(
    model, taught, delete
):
    job = TopicModel.objects.create()
    is_done = []

    def midway(execute, sql, *rest):
        found = execute(sql, *rest)
        if 'SET "progress"' in sql and not is_done:
            is_done.append(True)
            delete()
        return found

    with connection.execute_wrapper(midway):
        training.train(job.pk)

    job.refresh_from_db()
    model.refresh_from_db()
    assert is_done
    assert (job.state, model.state) == ("failed", "published")
    assert "erased" in job.failure
    assert not job.arrays
    refit = erasures().get()
    training.train(refit.pk)
    refit.refresh_from_db()
    assert refit.state == "published"
    assert Message.objects.get().pk not in refit.messages


def test_an_edit_takes_nothing_back(taught, hear, shop, root):
    earlier, job = TopicModel.objects.get(), trained()
    [example] = TopicExample.objects.filter(text=SAID)
    message = Message.objects.get()

    hear(
        shop,
        {
            "external_id": message.external_id,
            "author": {"external_id": message.author.external_id},
            "text": f"{SAID}, since May",
            "posted_at": message.posted_at.isoformat(),
            "edited_at": (timezone.now() + timedelta(minutes=1)).isoformat(),
        },
    )

    message.refresh_from_db()
    assert message.text == f"{SAID}, since May"
    assert TopicExample.objects.get(pk=example.pk).text == SAID
    assert not erasures().exists()
    choose_model(user=root, training=earlier)
    choose_model(user=root, training=job)


def test_of_a_model_that_cannot_say_what_it_learned_from_it_is_taken_for_granted(
    model, make_ticket, delete, root
):
    make_ticket(text=SAID)
    TopicModel.objects.update(messages=None)

    delete()

    refit = erasures().get()
    training.train(refit.pk)
    model.refresh_from_db()
    with pytest.raises(ModelUnusable):
        choose_model(user=root, training=model)
