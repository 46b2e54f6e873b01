"""How well topics are told apart, on a page: figures, and the way to mend each."""

import re

import pytest

from webcare.actions import training
from webcare.models import Topic, TopicExample, TopicModel

pytestmark = pytest.mark.django_db

PAGE = "/topics/quality"
DELIVERY, BILL = "Where is my order", "The invoice is too high"


@pytest.fixture(autouse=True)
def words_only(settings):
    settings.SENTENCE_ENCODER = False


def teach(topic, *texts):
    for text in texts:
        TopicExample.objects.create(
            topic=topic, text=text, digest=f"{topic.pk} {text}".encode()[:32]
        )


@pytest.fixture
def model(delivery_topic, shop_queue):
    """A model that learned two topics, of whose examples a few lie."""
    bill = Topic.objects.create(slug="bill", name="Bill", queue=shop_queue)
    for number in range(20):
        teach(delivery_topic, f"{DELIVERY} {number}")
        teach(bill, f"{BILL} {number}")
    teach(bill, *(f"{DELIVERY} {number}" for number in range(20, 23)))
    job = TopicModel.objects.create()
    training.train(job.pk)
    job.refresh_from_db()
    assert job.state == "published", job.failure
    return job


def words(answer):
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", text)


def test_a_new_desk_is_told_what_to_do(browser, root):
    page = words(browser(root).get(PAGE))

    assert "No model has learned yet" in page
    assert "Nobody checked yet: begin" in page
    assert "nobody moved a ticket" in page


def test_what_is_confused_stands_in_words_and_in_a_table(browser, root, model):
    answer = browser(root).get(PAGE)

    assert "Bill was taken for Delivery 3 times" in words(answer)
    rows = re.findall(r"heat__cell heat--(\w+)\">(\d+)", answer.content.decode())
    assert ("3", "3") in rows  # 3 of 23: from a tenth on
    assert ("right", "20") in rows


def test_what_people_checked_stands_beside_what_the_model_measured(
    browser, root, make_ticket
):
    client = browser(root)
    make_ticket(text="Where is my parcel?")
    client.post("/topics/check/draw")
    check = client.get("/topics/check").content.decode()
    client.post(
        re.search(r'action="(/topics/check/[^"]+/[^"]+)"', check)[1],
        {"topic": "delivery"},
    )

    page = words(client.get(PAGE))

    assert "Right, as people checked 100 % of 1 checked; truly 21 % to 100 %" in page
    assert re.search(r"Delivery 100 % 21 %–100 % 1 – – 0", page)


def test_a_topic_with_few_examples_leads_to_where_they_are_given(
    browser, root, delivery_topic
):
    teach(delivery_topic, DELIVERY)
    client = browser(root)
    page = client.get(PAGE).content.decode()

    [address] = re.findall(r'href="(/setup/topics/delivery#[^"]+)">Delivery', page)
    where, _, place = address.partition("#")
    assert "1 example" in words(client.get(PAGE))
    assert f'id="{place}"' in client.get(where).content.decode()


def test_a_ticket_that_was_moved_is_one_click_away(
    browser, root, make_ticket, power_queue
):
    ticket = make_ticket(text="Where is my parcel?")
    client = browser(root)
    client.post(f"/tickets/{ticket.public_id}/route", {"queue": "power"})

    answer = client.get(PAGE)

    assert "a person moved 1 ticket on, 100 % of all" in words(answer)
    assert (
        f'<a href="/tickets/{ticket.public_id}">#{ticket.pk}</a>'
        in answer.content.decode()
    )
    assert "Shop Power cuts" in words(answer)


def test_tickets_of_others_are_not_shown(browser, root, lena, make_ticket, power_queue):
    ticket = make_ticket(text="Where is my parcel?")
    browser(root).post(f"/tickets/{ticket.public_id}/route", {"queue": "power"})
    unsure = make_ticket(text="Hm?")

    page = browser(lena).get(PAGE).content.decode()

    assert "moved 1 ticket on" in words(browser(lena).get(PAGE))
    assert str(ticket.public_id) not in page
    assert str(unsure.public_id) not in page
    assert str(unsure.public_id) in browser(root).get(PAGE).content.decode()


def test_who_does_not_teach_is_kept_out(browser, cas, ada):
    assert browser(cas).get(PAGE).status_code == 403
    type(ada).objects.filter(pk=ada.pk).update(is_external=True)
    answer = browser(type(ada).objects.get(pk=ada.pk)).get(PAGE)
    assert (answer.status_code, answer.url) == (302, "/")


def test_statements_do_not_grow(
    browser, root, model, statements, make_ticket, power_queue
):
    client = browser(root)

    def fill(*numbers):
        for number in numbers:
            teach(
                Topic.objects.create(slug=f"t{number}", name=f"T{number}"), f"{number}"
            )
            ticket = make_ticket(text=f"Hm {number}?")
            client.post(f"/tickets/{ticket.public_id}/classify", {"topic": "bill"})
            client.post(f"/tickets/{ticket.public_id}/route", {"queue": "power"})
            make_ticket(text=f"Qqq {number}")
        client.post("/topics/check/draw")

    fill(1)
    with statements() as few:
        client.get(PAGE)
    fill(*range(2, 8))
    with statements() as many:
        client.get(PAGE)

    assert few() == many()


@pytest.mark.parametrize("page", ["/topics/check", "/setup/topics"])
def test_it_is_linked_from_where_topics_are_worked_on(browser, root, page):
    assert f'href="{PAGE}"' in browser(root).get(page).content.decode()
