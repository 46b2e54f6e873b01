"""`python -m bench.topics FOLDER`: how well, and how fast, topics are told apart.

Every figure comes through the product: topics and examples are rows, the trainer fits
in its own child process and publishes, and `decide_topics`, which triage and
`POST /api/v1/topics/predict` ask, answers. FOLDER, or TOPIC_SETS, has the public sets.
Seconds are of CPU: what else the machine does is not measured.
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

import django

from bench import databases, services
from bench.report import table
from bench.topic_figures import Answer, figures
from bench.topic_sets import OUT_OF_SCOPE, SETS, TopicSet, read

FEW = (5, 10, 50)
BATCH = 256
SINGLES = 200
WANTED = (0.9, 0.95)
COLUMNS = (
    *("accuracy", "macro_f1", "ece", "auroc", "looked"),
    *(
        f"{what} {wanted:.0%}"
        for wanted in WANTED
        for what in ("coverage", "precision")
    ),
    *("batch/s", "one p95 ms", "refit s", "trainer MiB"),
)


def main() -> int:
    """Measure what was asked for and print it; 2 when there is nothing to read."""
    asked = _asked()
    if not asked.folder or not Path(asked.folder).is_dir():
        print("Name the folder with the public sets, or set TOPIC_SETS.")
        return 2
    rows = []
    with _desk():
        for one in read(Path(asked.folder)):
            if asked.only and one.name not in asked.only:
                continue
            for size in asked.sizes:
                for row in _rows(one, size, asked.seeds):
                    print(json.dumps(row), file=sys.stderr, flush=True)
                    rows.append(row)
    print(table(("set", "by", "per topic", *COLUMNS), [_cells(row) for row in rows]))
    _write(rows)
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default=os.environ.get("TOPIC_SETS"))
    parser.add_argument("--only", nargs="*", choices=SETS)
    parser.add_argument(
        "--sizes", nargs="*", type=int, default=[0, *FEW], help="0 is everything"
    )
    parser.add_argument("--seeds", type=int, default=1, help="where examples are few")
    return parser.parse_args()


@contextmanager
def _desk() -> Iterator[None]:
    """A database of its own, empty, and gone when the block ends."""
    from config import embedded

    embedded.provide("bench")
    services.configure()
    with databases.empty("topics") as address:
        os.environ["DATABASE_URL"] = address
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield


def _rows(one: TopicSet, size: int, seeds: int) -> list[dict[str, Any]]:
    """The figures at one size, by words alone and as the desk is set up.

    The mean over seeds where examples are drawn.
    """
    sets = [one.few(size, seed) for seed in range(seeds)] if size else [one]
    runs = [_measured(each) for each in sets]
    return [
        {"set": one.name, "by": by, "per topic": size or "all"}
        | {name: _mean([run[by][name] for run in runs]) for name in runs[0][by]}
        for by in runs[0]
    ]


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if known else None


def _measured(one: TopicSet) -> dict[str, dict[str, Any]]:
    """One training, asked with and without the sentence encoder."""
    from django.conf import settings

    from webcare.queries.models import encoder_name

    names = _teach(one)
    refit = _train()
    found = {}
    ways = [True, False] if encoder_name() else [False]
    for with_encoder in ways:
        settings.SENTENCE_ENCODER = with_encoder
        found["words and meaning" if with_encoder else "words"] = (
            _figures(one, names) | refit
        )
    settings.SENTENCE_ENCODER = ways[0]
    return found


def _figures(one: TopicSet, names: dict[int, str]) -> dict[str, Any]:
    texts = [text for text, _ in one.test]
    _in_batches(texts[:BATCH])  # what is loaded once is not counted
    began = time.process_time()
    decisions = _in_batches(texts)
    seconds = time.process_time() - began
    sure = {wanted: _sure(texts, decisions, wanted) for wanted in WANTED}
    answers = [
        _answer(decision, names, {wanted: found[n] for wanted, found in sure.items()})
        for n, decision in enumerate(decisions)
    ]
    looked = [
        decision.explanation["model"]["led_by"] == "meaning" for decision in decisions
    ]
    return figures([topic for _, topic in one.test], answers, OUT_OF_SCOPE) | {
        "looked": mean(looked),
        "batch/s": len(texts) / seconds,
        "one p95 ms": _one_at_a_time(texts[:SINGLES]),
    }


def _teach(one: TopicSet) -> dict[int, str]:
    """Make this set the only thing the desk knows; returns the topics by id."""
    from hashlib import sha256

    from conversations.models.bulk import insert
    from webcare.models import Topic, TopicExample, TopicModel

    for model in (TopicModel, TopicExample, Topic):
        model.objects.all().delete()
    names = sorted({topic for _, topic in one.train})
    topics = Topic.objects.bulk_create(
        Topic(slug=f"t{number}", name=name) for number, name in enumerate(names)
    )
    ids = {topic.name: topic.pk for topic in topics}
    rows = [
        {
            "topic": ids[topic],
            "text": text,
            "digest": sha256(text.encode()).digest(),
            "language": "",
        }
        for text, topic in one.train
    ]
    for start in range(0, len(rows), 5_000):
        insert(
            TopicExample, rows[start : start + 5_000], conflict="ON CONFLICT DO NOTHING"
        )
    return {pk: name for name, pk in ids.items()}


def _train() -> dict[str, float]:
    """Train and publish; returns what it cost the child, in CPU seconds and memory."""
    from webcare.actions import training
    from webcare.queries.topics import training_of

    job = training.request_training()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    training.train(job.pk)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = training_of(job.public_id)
    if done.state != "published":
        sys.exit(f"No model was published: {done.state} {done.failure}")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"refit s": spent, "trainer MiB": after.ru_maxrss / 1024}


def _decided(texts: list[str]) -> list[Any]:
    from webcare.actions.topics import decide_topics

    return decide_topics([(text, "", "") for text in texts])


def _in_batches(texts: list[str]) -> list[Any]:
    starts = range(0, len(texts), BATCH)
    return [one for start in starts for one in _decided(texts[start : start + BATCH])]


def _sure(texts: list[str], decisions: list[Any], wanted: float) -> list[bool]:
    """Which answers are sure when so much precision is asked for."""
    from django.conf import settings

    if wanted == settings.TOPIC_PRECISION:
        return [decision.topic is not None for decision in decisions]
    usual, settings.TOPIC_PRECISION = settings.TOPIC_PRECISION, wanted
    try:
        return [decision.topic is not None for decision in _in_batches(texts)]
    finally:
        settings.TOPIC_PRECISION = usual


def _answer(decision: Any, names: dict[int, str], sure: dict[float, bool]) -> Answer:
    found = decision.explanation["model"]["alternatives"]
    topic = names[found[0]["topic"]] if found else ""
    return Answer(topic, decision.confidence, sure)


def _one_at_a_time(texts: list[str]) -> float:
    """The 95th percentile of single questions, in milliseconds of CPU."""
    taken = []
    for text in texts:
        began = time.process_time()
        _decided([text])
        taken.append((time.process_time() - began) * 1000)
    return quantiles(taken, n=20)[-1]


def _cells(row: dict[str, Any]) -> list[Any]:
    shown = [row["set"], row["by"], row["per topic"]]
    for name in COLUMNS:
        value = row.get(name)
        shown.append(f"{value:.3f}" if name in _SHARES and value is not None else value)
    return shown


_SHARES = {name for name in COLUMNS if "/s" not in name and " " not in name} | {
    name for name in COLUMNS if "%" in name
}


def _write(rows: list[dict[str, Any]]) -> None:
    folder = services.log().parent / "results"
    folder.mkdir(exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    path = folder / f"{stamp}-topics.json"
    path.write_text(json.dumps(rows, indent=1))
    print(f"\nAll figures: {path}")


if __name__ == "__main__":
    sys.exit(main())
