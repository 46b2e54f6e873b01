"""`python -m bench.topics FOLDER`: how well, and how fast, topics are told apart.

Every figure comes through the product: topics and examples are rows, the trainer fits
in its own child process and publishes, and `decide_topics`, which triage and
`POST /api/v1/topics/predict` ask, answers. FOLDER, or TOPIC_SETS, has the public sets.
Seconds are of CPU: what else the machine does is not measured.
"""

import argparse
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

from bench import services, topic_stream, topic_web
from bench.memory import pss
from bench.report import table
from bench.topic_desk import (
    BATCH,
    decided,
    desk,
    forget,
    in_batches,
    make_topics,
    teach,
    train,
)
from bench.topic_figures import Answer, figures
from bench.topic_sets import OUT_OF_SCOPE, SETS, TopicSet, read

FEW = (5, 10, 50)
STREAMED = ("banking77",)
CORRECTIONS = 4_000
SINGLES = 200
WANTED = (0.9, 0.95)
COLUMNS = (
    *("accuracy", "macro_f1", "ece", "auroc", "looked"),
    *(
        f"{what} {wanted:.0%}"
        for wanted in WANTED
        for what in ("coverage", "precision", "asked")
    ),
    *("batch/s", "one/s", "one p95 ms", "MiB", "refit s", "trainer MiB"),
)

Rows = list[dict[str, Any]]


def main() -> int:
    """Measure what was asked for and print it; 2 when there is nothing to read."""
    asked = _asked()
    if not asked.folder or not Path(asked.folder).is_dir():
        print("Name the folder with the public sets, or set TOPIC_SETS.")
        return 2
    with desk():
        rows, streams, webs = _measure(asked)
    for columns, shown in (
        (("by", "per topic", *COLUMNS), map(_cells, rows)),
        (topic_stream.COLUMNS, map(topic_stream.cells, streams)),
        (topic_web.COLUMNS, map(topic_web.cells, webs)),
    ):
        if lines := list(shown):
            print(table(("set", *columns), lines))
    _write(rows + streams + webs)
    return 0


def _measure(asked: argparse.Namespace) -> tuple[Rows, Rows, Rows]:
    """Figures of the sets, of streams of corrections, and of questions over HTTP."""
    rows: Rows = []
    streams: Rows = []
    webs: Rows = []
    for one in read(Path(asked.folder)):
        if asked.only and one.name not in asked.only:
            continue
        for size in asked.sizes:
            rows += map(_told, _rows(one, size, asked.seeds))
        if one.name in asked.stream:
            streams.append(_told(topic_stream.stream(one, asked.corrections)))
        if one.name in asked.web:
            webs.append(_told(topic_web.asked_over_http(one)))
    return rows, streams, webs


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """Say a figure as soon as it is known; the last takes long."""
    print(json.dumps(row), file=sys.stderr, flush=True)
    return row


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default=os.environ.get("TOPIC_SETS"))
    parser.add_argument("--only", nargs="*", choices=SETS)
    parser.add_argument(
        "--sizes", nargs="*", type=int, default=[0, *FEW], help="0 is everything"
    )
    parser.add_argument("--seeds", type=int, default=1, help="where examples are few")
    parser.add_argument(
        "--stream", nargs="*", choices=SETS, default=STREAMED, help="one by one"
    )
    parser.add_argument(
        "--web", nargs="*", choices=SETS, default=STREAMED, help="over HTTP too"
    )
    parser.add_argument("--corrections", type=int, default=CORRECTIONS)
    return parser.parse_args()


def _rows(one: TopicSet, size: int, seeds: int) -> list[dict[str, Any]]:
    """The figures at one size, by words alone and as the desk is set up.

    The mean over seeds where examples are drawn.
    """
    sets = [one.few(size, seed) for seed in range(seeds)] if size else [one]
    runs = [_measured(each) for each in sets]
    return [
        {"set": one.name, "by": by, "per topic": size or "all"}
        | {name: _together([run[by][name] for run in runs]) for name in runs[0][by]}
        for by in runs[0]
    ]


def _together(values: list[Any]) -> Any:
    """The mean of figures; of marks each one that there is."""
    marks = {value for value in values if isinstance(value, str)}
    return " ".join(sorted(marks)) if marks else _mean(values)


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if known else None


def _measured(one: TopicSet) -> dict[str, dict[str, Any]]:
    """One training, asked with and without the sentence encoder."""
    from django.conf import settings

    from webcare.queries.models import encoder_name

    forget()
    ids = make_topics(one.train)
    teach(one.train, ids)
    names = {pk: name for name, pk in ids.items()}
    refit = train()
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
    in_batches(texts[:BATCH])  # what is loaded once is not counted
    began = time.process_time()
    decisions = in_batches(texts)
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
        **_one_at_a_time(texts[:SINGLES]),
        "MiB": pss(os.getpid()),  # of this process, which asks as a worker does
    }


def _sure(texts: list[str], decisions: list[Any], wanted: float) -> list[bool]:
    """Which answers are sure when so much precision is asked for."""
    from django.conf import settings

    if wanted == settings.TOPIC_PRECISION:
        return [decision.topic is not None for decision in decisions]
    usual, settings.TOPIC_PRECISION = settings.TOPIC_PRECISION, wanted
    try:
        return [decision.topic is not None for decision in in_batches(texts)]
    finally:
        settings.TOPIC_PRECISION = usual


def _answer(decision: Any, names: dict[int, str], sure: dict[float, bool]) -> Answer:
    found = decision.explanation["model"]["alternatives"]
    topic = names[found[0]["topic"]] if found else ""
    return Answer(topic, decision.confidence, sure)


def _one_at_a_time(texts: list[str]) -> dict[str, float]:
    """How many single questions a second of CPU, and the 95th percentile of them."""
    taken = []
    for text in texts:
        began = time.process_time()
        decided([text])
        taken.append((time.process_time() - began) * 1000)
    return {"one/s": 1000 / mean(taken), "one p95 ms": quantiles(taken, n=20)[-1]}


def _cells(row: dict[str, Any]) -> list[Any]:
    shown = [row["set"], row["by"], row["per topic"]]
    for name in COLUMNS:
        value = row.get(name)
        shown.append(f"{value:.3f}" if name in _SHARES and value is not None else value)
    return shown


_SHARES = {name for name in COLUMNS if "/s" not in name and " " not in name} | {
    name for name in COLUMNS if "%" in name and not name.startswith("asked")
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
