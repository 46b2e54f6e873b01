"""One address per service, and each client understands its own form of it."""

from uuid import uuid4

import redis
from kombu import Connection

from config import addresses


def test_django_gets_a_socket_and_its_options_apart():
    url = "postgresql://webcare@/desk?host=/run/pg&port=5432&connect_timeout=3"

    settings = addresses.database(url)

    assert settings["NAME"] == "desk"
    assert settings["HOST"] == "/run/pg"
    assert settings["PORT"] == "5432"
    assert settings["USER"] == "webcare"
    assert settings["OPTIONS"] == {"connect_timeout": "3"}


def test_django_gets_a_server_with_an_awkward_password():
    settings = addresses.database("postgresql://ada:p%40ss%2Fword@db:6543/desk")

    assert settings["PASSWORD"] == "p@ss/word"
    assert (settings["HOST"], settings["PORT"]) == ("db", "6543")


def test_kombu_and_redis_py_meet_at_the_same_socket(settings):
    name = f"queue-{uuid4()}"

    with Connection(addresses.broker(settings.REDIS_URL)) as broker:
        broker.SimpleQueue(name).put("ding")

    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.llen(name) == 1
        client.delete(name)


def test_any_other_broker_is_left_alone():
    assert addresses.broker("amqp://user@rabbit//") == "amqp://user@rabbit//"
    assert addresses.broker("redis://host:6379/0") == "redis://host:6379/0"
