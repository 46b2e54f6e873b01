import pytest
from django.test import Client

from webcare.inbox.durations import in_words
from webcare.models import Presence


def test_a_language_is_kept_with_the_person_and_the_browser(browser, ada):
    client = browser(ada)

    page = client.post("/language", {"language": "nl"}, follow=True)

    ada.refresh_from_db()
    assert ada.language == "nl"
    assert 'lang="nl"' in page.content.decode()
    assert "Van niemand" in page.content.decode()


def test_a_language_we_do_not_speak_changes_nothing(browser, ada):
    client = browser(ada)

    client.post("/language", {"language": "xx"})

    ada.refresh_from_db()
    assert ada.language == ""
    assert "django_language" not in client.cookies


def test_the_sign_in_page_speaks_the_browsers_language(db):
    page = Client(headers={"accept-language": "nl,en;q=0.5"}).get("/sign-in")

    assert "Iedereen krijgt antwoord." in page.content.decode()


@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_a_theme_is_kept_in_the_browser(db, theme):
    client = Client()

    client.post("/theme", {"theme": theme})

    assert f'data-theme="{theme}"' in client.get("/sign-in").content.decode()


def test_a_theme_that_is_none_is_the_systems(db):
    client = Client()
    client.cookies["theme"] = '"><script>'

    assert 'data-theme="system"' in client.get("/sign-in").content.decode()


def test_presence_is_what_people_say(browser, ada):
    client = browser(ada)

    client.post("/presence", {"state": "break"})
    client.post("/presence", {"state": "dancing"})

    assert Presence.objects.get(user=ada).state == "break"


def test_a_sign_of_life_changes_no_state_and_makes_no_row(browser, ada, bo):
    Presence.objects.create(user=ada, state="break", seen_at="2020-01-01T00:00:00Z")

    answers = [browser(who).post("/presence/sign").status_code for who in (ada, bo)]

    presence = Presence.objects.get()
    assert answers == [204, 204]
    assert (presence.state, presence.seen_at.year > 2020) == ("break", True)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_900, "1 h 05"),
        (86_400, "1 d 0 h"),
        (604_800, "7 d"),
        (-5, "0 s"),
    ],
)
def test_lengths_of_time_are_short_and_rounded_down(seconds, words):
    assert in_words(seconds) == words
