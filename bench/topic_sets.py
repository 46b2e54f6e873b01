"""The public sets that topics are measured on, read from a directory of CSV files.

Laid out as their publishers name them (`banking77/train.csv.gz`, …). None is part of
the project; a set that is not there is left out.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

OUT_OF_SCOPE = "oos"
Labelled = list[tuple[str, str]]  # (text, topic)


class TopicSet(NamedTuple):
    """What is taught, and what is asked; both are in a settled order."""

    name: str
    train: Labelled
    test: Labelled

    def few(self, per_topic: int, seed: int) -> "TopicSet":
        """The same questions, taught with so many examples of each topic."""
        by_topic = defaultdict(list)
        for pair in self.train:
            by_topic[pair[1]].append(pair)
        chosen = Random(seed)
        kept = [
            pair
            for pairs in by_topic.values()
            for pair in chosen.sample(pairs, min(per_topic, len(pairs)))
        ]
        return TopicSet(self.name, kept, self.test)


def read(folder: Path) -> Iterator[TopicSet]:
    """Yield the sets that are in `folder`, one after the other."""
    for name, reader in SETS.items():
        try:
            train, test = reader(folder)
        except FileNotFoundError:
            continue
        # What is out of scope is asked, and never taught.
        yield TopicSet(name, [one for one in train if one[1] != OUT_OF_SCOPE], test)


def _rows(path: Path) -> list[dict[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _pairs(path: Path, label: str = "intent") -> Labelled:
    return [(row["text"], row[label]) for row in _rows(path) if row[label]]


def _split(train: str, test: str) -> Callable[[Path], tuple[Labelled, Labelled]]:
    return lambda folder: (_pairs(folder / train), _pairs(folder / test))


def _by_time(folder: Path) -> tuple[Labelled, Labelled]:
    """Complaints to airlines: the first 70 % teach, later ones are asked."""
    path = folder / "eval_only_nc/airline_until_2015-02-21.csv.gz"
    pairs = _pairs(path, "negativereason")
    told = [pair for pair in pairs if pair[1] != "Can't Tell"]
    cut = len(told) * 7 // 10
    return told[:cut], told[cut:]


def _webcare(folder: Path) -> tuple[Labelled, Labelled]:
    """Two of three messages of each topic and language teach, the third is asked."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    train, test = [], []
    for row in _rows(folder / "webcare_synth/public.csv"):
        key = row["topic"], row["lang"]
        seen[key] += 1
        (test if seen[key] % 3 == 0 else train).append((row["text"], row["topic"]))
    return train, test


SETS: dict[str, Callable[[Path], tuple[Labelled, Labelled]]] = {
    "banking77": _split("banking77/train.csv.gz", "banking77/test_public.csv.gz"),
    "massive nl": _split(
        "massive/nl-NL_train.csv.gz", "massive/nl-NL_test_public.csv.gz"
    ),
    "massive en": _split(
        "massive/en-US_train.csv.gz", "massive/en-US_test_public.csv.gz"
    ),
    "clinc150": _split("clinc150/train.csv.gz", "clinc150/test_public.csv.gz"),
    "airline by time": _by_time,
    "webcare": _webcare,
}
