"""What people say to the rig's desk, and what must be there in the end."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Item = dict[str, Any]

_TEXTS = (
    "Where is my parcel? The door was closed all day.",
    "The power is out in our street since this morning.",
    "Mijn pakket is al drie dagen onderweg, kan iemand kijken?",
    "Thanks for the quick answer earlier, but it still does not work.",
    "I was billed twice this month. Please call me back.",
    "Wanneer is de stroom er weer? Hier is alles donker.",
    "It smells of gas in our street!",
)


@dataclass(slots=True)
class Story:
    """Calls to make, each a list of items, and the end state that they lead to.

    `texts` is what each message must say in the end, by external id: nothing where
    its author deleted it. The same seed tells the same story.
    """

    calls: list[list[Item]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


def tell(
    seed: int, messages: int, *, edits: float = 0.1, deletes: float = 0.05
) -> Story:
    """Write `messages` messages of about a third as many authors, and shuffle them.

    Calls hold one to eight items. A third of them come once, so that a call which was
    acknowledged and lost is missed; the others come two or three times.
    """
    chance = random.Random(seed)
    begin = datetime.now(UTC) - timedelta(hours=2)
    story = Story()
    items: list[Item] = []
    for number in range(messages):
        item = _message(chance, seed, number, messages, begin)
        items.append(item)
        story.texts[item["external_id"]] = item["text"]
        if chance.random() < edits:
            items += _edits(chance, item, story)
        if chance.random() < deletes:
            items.append({"external_id": item["external_id"], "deleted": True})
            story.texts[item["external_id"]] = ""
    story.calls = _calls(chance, items)
    return story


def _message(
    chance: random.Random, seed: int, number: int, messages: int, begin: datetime
) -> Item:
    author = chance.randrange(max(1, messages // 3))
    item = {
        "external_id": f"s{seed}-{number}",
        "text": f"{chance.choice(_TEXTS)} ({number})",
        "posted_at": (begin + timedelta(seconds=number)).isoformat(),
        "author": {"external_id": f"a{seed}-{author}", "handle": f"a{author}"},
    }
    kind = chance.random()
    if kind < 0.5:
        item["thread"] = f"t{seed}-{author}"
    elif kind < 0.7:
        item["thread"] = f"t{seed}-all-{author % 5}"
    elif kind < 0.85:
        item["visibility"] = "private"
    return item


def _edits(chance: random.Random, item: Item, story: Story) -> list[Item]:
    posted_at = datetime.fromisoformat(item["posted_at"])
    edits = [
        item
        | {
            "text": f"{item['text']} edit {number}",
            "edited_at": (posted_at + timedelta(minutes=number)).isoformat(),
        }
        for number in range(1, chance.randint(2, 3))
    ]
    story.texts[item["external_id"]] = edits[-1]["text"]
    return edits


def _calls(chance: random.Random, items: list[Item]) -> list[list[Item]]:
    items = list(items)
    chance.shuffle(items)
    calls: list[list[Item]] = []
    while items:
        size = chance.randint(1, 8)
        calls += [items[:size]] * chance.randint(1, 3)
        del items[:size]
    chance.shuffle(calls)
    return calls
