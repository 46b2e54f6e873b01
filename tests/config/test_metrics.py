import json
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.utils import timezone

from config.trouble import DatabaseAway
from conversations.actions.batches import set_aside
from conversations.actions.ingestion import take_messages


@pytest.fixture
def scrape(client, settings):
    settings.METRICS_TOKEN = "scraper"

    def read():
        answer = client.get("/metrics", headers={"authorization": "Bearer scraper"})
        lines = answer.content.decode().splitlines()
        return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))

    return read


def test_received_is_processed_and_pending_and_set_aside(scrape, shop, item, pump):
    def take(*items):
        body = json.dumps(items).encode()
        take_messages(channel=shop, body=body, now=timezone.now())

    take(item(), item())
    waiting = scrape()
    pump_free = {
        name: waiting[name]
        for name in ("webcare_events_received", "webcare_events_processed")
    }

    assert pump_free == {
        "webcare_events_received": "2.0",
        "webcare_events_processed": "0.0",
    }
    assert waiting['webcare_work_pending{stage="read"}'] == "2.0"


def test_what_was_set_aside_shows(scrape, db):
    set_aside("read", {1: "not_json"})

    assert scrape()['webcare_work_set_aside{stage="read"}'] == "1.0"


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", "Bearer é"])
def test_figures_are_for_who_holds_the_token(client, settings, db, token):
    settings.METRICS_TOKEN = "scraper"

    assert client.get("/metrics", headers={"authorization": token}).status_code == 401


def test_without_a_token_set_nobody_is_answered(client, settings, db):
    settings.METRICS_TOKEN = ""

    answer = client.get("/metrics", headers={"authorization": "Bearer "})

    assert answer.status_code == 401


def test_a_database_that_is_away_is_503_with_a_time_to_come_back():
    away = DatabaseAway(lambda request: None)

    answer = away.process_exception(SimpleNamespace(path="/"), OperationalError())
    other = away.process_exception(SimpleNamespace(path="/"), ValueError())

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert other is None
