"""A link answers too, and shows nothing; what is asked is set up and shown."""

import json

import pytest

from tests.webcare.surveys.passing import arrive, due, link_in, pass_by
from webcare.actions import survey_answers
from webcare.exceptions import NotFound
from webcare.models import (
    Survey,
    SurveyComment,
    Ticket,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(kim, answer, pump):
    answer(kim(language="nl"))
    survey = due()
    key = link_in(survey.delivery.text)
    arrive(survey.delivery_id)
    pump()
    return f"/s/{key}"


def test_the_link_opens_a_form_without_anything_of_the_ticket(client, link):
    page = client.get(link)
    text = page.content.decode()

    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    assert 'lang="nl"' in text
    assert "Hoe hebben we het gedaan?" in text
    assert text.count('type="radio"') == 5
    assert "<script" not in text
    assert "parcel" not in text
    assert "How did we do?" in client.get(f"{link}?language=en").content.decode()


def test_an_answer_behind_the_link_is_kept_with_its_words_apart(client, link):
    done = client.post(link, {"score": "2", "comment": " Too slow. "})

    survey = Survey.objects.get()
    assert (done.status_code, survey.state, survey.score) == (200, "answered", 2)
    assert SurveyComment.objects.get().text == "Too slow."
    told = survey.ticket.events.latest("id")
    assert (told.kind, told.data["score"], told.data["by"]) == (
        "survey_answered",
        2,
        "link",
    )
    assert "slow" not in json.dumps(told.data)
    assert Ticket.objects.get().status == "resolved"


def test_an_answer_can_be_corrected_for_an_hour_and_not_after(client, link):
    client.post(link, {"score": "2", "comment": "Slow."})
    assert "Slow." in client.get(link).content.decode()
    client.post(link, {"score": "4", "comment": ""})
    survey = Survey.objects.get()
    assert (survey.score, SurveyComment.objects.count()) == (4, 0)

    pass_by(minutes=61)
    assert client.get(link).status_code == 410
    assert client.post(link, {"score": "1"}).status_code == 410
    assert Survey.objects.get().score == 4


def test_the_link_ends_when_nobody_answers(client, link):
    pass_by(days=8)

    assert client.get(link).status_code == 410
    with pytest.raises(NotFound):
        survey_answers.answer_survey(key=link.rsplit("/", 1)[1], score=5)


@pytest.mark.parametrize("score", ["", "0", "6", "x"])
def test_without_a_number_it_is_asked_again(client, link, score):
    again = client.post(link, {"score": score, "comment": "Kept."})

    assert (again.status_code, "Kept." in again.content.decode()) == (422, True)
    assert Survey.objects.get().state == "asked"


def test_looking_at_the_page_answers_nothing(client, link):
    client.get(f"{link}?score=5")

    assert Survey.objects.get().state == "asked"


def test_who_tries_many_links_is_told_to_wait_and_a_good_link_still_opens(client, link):
    statuses = [client.get(f"/s/{n}").status_code for n in range(62)]

    assert (statuses[0], statuses[-1]) == (410, 429)
    assert client.get(link).status_code == 200


def test_a_queue_is_told_how_to_ask_by_who_sets_the_desk_up(
    as_client, root, ada, shop_queue, shop
):
    path = f"/api/v1/queues/{shop_queue.slug}/survey"
    body = {"delay_minutes": 90, "channels": ["x-shop"], "question_nl": "Tevreden?"}
    send = {"data": json.dumps(body), "content_type": "application/json"}

    assert as_client(ada).patch(path, **send).status_code == 403
    assert as_client(root).patch(path, **send).json() == {
        "is_on": True,
        "delay_minutes": 90,
        "valid_days": 7,
        "channels": ["x-shop"],
        "question_nl": "Tevreden?",
        "question_en": "",
        "asks_comment": True,
    }
    assert as_client(ada).get(path).json()["delay_minutes"] == 90


def test_a_ticket_shows_what_its_author_was_asked(as_client, ada, asked, says):
    message = says("4")

    [shown] = (
        as_client(ada)
        .get(f"/api/v1/tickets/{asked.ticket.public_id}/surveys")
        .json()["results"]
    )
    assert (shown["state"], shown["score"], shown["reason"]) == ("answered", 4, None)
    assert shown["message"] == str(message.public_id)


def test_words_beside_a_score_can_be_erased_alone(as_client, client, link, root, lena):
    client.post(link, {"score": "1", "comment": "I am Kim de Vries."})
    survey = Survey.objects.get()
    path = f"/api/v1/tickets/{survey.ticket.public_id}/surveys/{survey.public_id}"

    assert as_client(lena).delete(f"{path}/comment").status_code == 403
    assert as_client(root).delete(f"{path}/comment").status_code == 204
    survey.refresh_from_db()
    assert (survey.score, SurveyComment.objects.count()) == (1, 0)
