"""Logs say what happened where, and never what somebody wrote."""

import json
import logging.config

import pytest
import structlog

from config.logs import LOGGING


@pytest.fixture
def logged(capsys):
    """The one line that `write` logs, as the production handler prints it."""

    def run(write):
        logging.config.dictConfig(LOGGING)
        write(structlog.get_logger("webcare.test"))
        return json.loads(capsys.readouterr().err.strip())

    return run


def test_private_values_are_hidden(logged):
    line = logged(lambda log: log.warning("kept", text="my secret", message=7))

    assert (line["event"], line["text"], line["message"]) == ("kept", "(hidden)", 7)


@pytest.mark.parametrize(
    ("error", "told"),
    [(ValueError("what she wrote"), False), (ConnectionError("away"), True)],
)
def test_an_error_names_its_place_and_not_its_words(logged, error, told):
    def fail(log):
        private = "what she wrote too"
        try:
            raise error
        except Exception as caught:
            log.warning("failed", exc_info=caught, size=len(private))

    line = logged(fail)

    assert line["exception"][0]["exc_type"] == type(error).__name__
    assert line["exception"][0]["frames"]
    assert "she wrote" not in json.dumps(line)
    assert ("away" in json.dumps(line)) == told
