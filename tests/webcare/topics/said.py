"""What is asked in the tests of topics, and what is decided about it."""

from webcare.actions.topics import decide_topics

POWER, BILL = "no power in the street", "the invoice is too high"


def decided(text):
    [decision] = decide_topics([(text, "en", "x-shop")])
    return decision
