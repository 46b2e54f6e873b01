"""The model on a page: trained, followed, judged, chosen again, and by whom."""

import re

import pytest

from webcare.actions import training
from webcare.models import AuditEntry, Topic, TopicExample, TopicModel

pytestmark = pytest.mark.django_db

PAGE = "/topics/model"


@pytest.fixture(autouse=True)
def words_only(settings):
    settings.SENTENCE_ENCODER = False


@pytest.fixture
def taught(delivery_topic):
    bill = Topic.objects.create(slug="bill", name="Bill")
    for number in range(20):
        for topic, text in ((delivery_topic, "Where is my order"), (bill, "The bill")):
            TopicExample.objects.create(
                topic=topic,
                text=f"{text} {number}",
                digest=f"{topic.pk} {number}".encode(),
            )


def trained():
    job = TopicModel.objects.create()
    training.train(job.pk)
    job.refresh_from_db()
    return job


def words(answer):
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", text)


def test_a_new_desk_is_told_what_to_do(browser, root):
    page = browser(root).get(PAGE)

    assert "No model has learned yet" in words(page)
    assert 'href="/setup/topics"' in page.content.decode()
    assert "Train it now" not in words(page), "there is nothing to learn from"
    assert "By words alone: the sentence encoder is not installed" in words(page)


def test_a_training_is_asked_for_followed_and_told(browser, root, taught):
    client = browser(root)
    assert "40 examples, felt at once" in words(client.get(PAGE))

    page = client.post(f"{PAGE}/train", follow=True)

    job = TopicModel.objects.get()
    assert job.asked_by == root
    assert "A training waits for its turn" in words(page)
    assert f'data-training="/api/v1/topics/train/{job.public_id}"' in (
        page.content.decode()
    )
    training.train(job.pk)
    page = words(client.get(PAGE))
    assert f"Model {job.pk} Decides now" in page
    assert f"{root} asked for it. 40 examples." in page
    assert "The first model." in page
    assert "Published by its training on" in page


def test_an_earlier_model_is_chosen_and_the_page_says_by_whom(browser, root, taught):
    earlier, later = trained(), trained()
    assert later.state == "published"
    client = browser(root)
    page = client.get(PAGE).content.decode()
    [action] = re.findall(rf'action="({PAGE}/[^"]+/choose)"', page)
    assert str(earlier.public_id) in action

    page = words(client.post(action, follow=True))

    earlier.refresh_from_db()
    assert earlier.state == "published"
    assert f"Model {earlier.pk} Decides now" in page
    assert f"{root} chose it on" in page
    assert "The first model." in page, "the reason stays"
    assert AuditEntry.objects.get(what="model_chosen").who == root


def test_why_one_was_not_published_is_said_in_the_readers_words(browser, root, taught):
    trained()
    TopicModel.objects.create(
        state="ready",
        quality={
            "compared": [
                {
                    "on": "newest",
                    "examples": 30,
                    "right": 0.5,
                    "right_before": 0.8,
                    "is_worse": True,
                }
            ]
        },
    )
    client = browser(root)

    page = words(client.get(PAGE))
    assert "Not published" in page
    assert (
        "Of the 30 newest examples 50 % right, the model before 80 %. That is worse."
        in page
    )
    page = words(client.get(PAGE, headers={"Accept-Language": "nl"}))
    assert "Van de 30 nieuwste voorbeelden 50 % goed" in page
    assert "Het eerste model." in page


def test_who_does_not_teach_is_kept_out(browser, cas, lena, taught):
    assert browser(cas).get(PAGE).status_code == 403
    page = browser(lena).get(PAGE)
    assert page.status_code == 200
    assert "Train it now" not in words(page), "she leads one queue, not all"
    browser(lena).post(f"{PAGE}/train")
    assert not TopicModel.objects.exists()


@pytest.mark.parametrize("page", ["/topics/quality", "/setup/topics"])
def test_it_is_linked_from_where_topics_are_worked_on(browser, root, page):
    assert f'href="{PAGE}"' in browser(root).get(page).content.decode()
