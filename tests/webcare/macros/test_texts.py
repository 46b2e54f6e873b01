"""Texts that fill themselves in."""

import time

from webcare.domain.macros import Wording, choose, fill, unknown_in


def test_a_text_is_filled_in_once_and_what_is_filled_in_is_not_read_again():
    hostile = {"author.name": "{{agent.name}} \n{{x", "agent.name": "Ada"}

    filled = fill("Hi {{author.name}} {{ agent.name }} {{author.name}}", hostile)

    assert filled.text == "Hi {{agent.name}} {{x Ada {{agent.name}} {{x"
    assert filled.missing == []
    assert len(fill("{{author.name}}", {"author.name": "a" * 5_000}).text) == 100


def test_a_gap_stands_in_the_text_and_is_told_once():
    filled = fill("Dear {{author.name}}, {{author.name}}", {"author.name": "  "})

    assert filled.text == "Dear {{author.name}}, {{author.name}}"
    assert filled.missing == ["author.name"]


def test_what_nothing_fills_is_found_and_so_are_stray_braces():
    assert unknown_in("{{author.name}} {{field.account}}", {"account"}) == []
    assert unknown_in("{{field.account}} {{sla}} {{sla}}", ()) == [
        "field.account",
        "sla",
    ]
    assert unknown_in("{{ Author.name }} {{author.name", ()) == ["{{", "}}"]


def test_filling_takes_time_by_length_alone():
    def seconds(text):
        began = time.perf_counter()
        fill(text, {})
        unknown_in(text, ())
        return time.perf_counter() - began

    for evil in ("{" * 1_000_000, "{{a" * 300_000, "{{   " * 200_000):
        assert seconds(evil) < 2


def test_the_wording_of_the_channel_comes_before_that_of_the_language():
    both, place, dutch, rest = (
        Wording(1, "nl", "both"),
        Wording(1, "", "place"),
        Wording(None, "nl", "dutch"),
        Wording(None, "", "rest"),
    )

    assert choose([rest, dutch, place, both], 1, "nl") == both
    assert choose([rest, dutch, place, both], 1, "en") == place
    assert choose([rest, dutch, place, both], 2, "nl-be") == dutch
    assert choose([rest, dutch], 2, "") == rest
    assert choose([dutch], 2, "en") is None
