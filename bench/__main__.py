"""`python -m bench`: measure, print a table, and write all figures to a file."""

import argparse
import json
import os
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bench import calendars, flow, live, pages, services, show
from bench.cells import Figures, Site, run_round, site
from bench.report import rows_of


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    sizes: tuple[int, ...]  # tickets
    seconds: float  # a cell
    rounds: int
    messages: int  # through the pipeline, in a round
    paced: tuple[int, int]  # messages a second, and in all
    flood: int  # messages
    streams: live.Plan | None = None  # beside so many open live streams


PLANS = {
    "short": Plan((1_000,), 0.2, 1, 1_000, (50, 50), 500),
    "usual": Plan(
        (10_000, 100_000), 0.6, 5, 1_500, (200, 2_000), 5_000, live.Plan(seconds=1.5)
    ),
    "large": Plan((10_000, 1_000_000), 1.5, 5, 2_000, (200, 2_000), 5_000, live.Plan()),
}


def main() -> int:
    """Measure by the plan asked for; 0, or 1 when something broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("short", "large"):
        parser.add_argument(
            f"--{name}", action="store_const", dest="plan", const=name, default="usual"
        )
    parser.add_argument("--only", help="operations whose name begins so, and no more")
    parser.add_argument("--rounds", type=int, help="as many, not as the plan has")
    given = parser.parse_args()
    name, only = given.plan, given.only
    plan = PLANS[name]
    plan = replace(plan, rounds=given.rounds or plan.rounds)
    began = time.monotonic()
    found = services.provide()
    report = {
        "plan": name,
        "rounds": plan.rounds,
        "at": datetime.now(UTC).isoformat(),
        "settings": found,
    }
    figures = Figures()
    try:
        _measure(plan, report, only, figures)
    finally:  # what was measured before something broke is shown all the same
        report |= {"operations": rows_of(figures), "seconds": time.monotonic() - began}
        show.all_of(report)
        _write(report)
    for cell, failure in figures.failures.items():
        print(f"\nBroken: {' '.join(map(str, cell))}: {failure}", file=sys.stderr)
    for name, plans in report.get("scans", {}).items():
        print(f"\nReads a big table from end to end: {name}", file=sys.stderr)
        print("\n\n".join(plans), file=sys.stderr)
    return 1 if figures.failures or report.get("scans") else 0


def _measure(
    plan: Plan, report: dict[str, Any], only: str | None, figures: Figures
) -> None:
    with ExitStack() as stack:
        services.collect_static()
        sites = []
        for tickets in plan.sizes:
            _say(f"Seeding and serving {tickets:,} tickets …")
            sites.append(stack.enter_context(site(tickets)))
        report["load average"] = [os.getloadavg()]
        _say("Warming up …")
        run_round(sites, min(plan.seconds, 0.2), only)
        for number in range(plan.rounds):
            _say(f"Round {number + 1} of {plan.rounds} …")
            figures.add_all(run_round(sites, plan.seconds, only))
            report["load average"].append(os.getloadavg())
        if only is not None:
            return
        report["statements"] = _statements(sites[-1])
        report["scans"] = _scans(sites[-1])
        _say("Calendars …")
        report["calendars"] = calendars.measure()
        _say("The pipeline …")
        report["pipeline"] = {one.tickets: _pipeline(one, plan) for one in sites}
        _say("Through the workers …")
        per_second, total = plan.paced
        report["flow"] = flow.measure(
            sites[-1], per_second=per_second, total=total, flood=plan.flood
        )
        _say("In a browser …")
        report["pages"] = pages.measure(sites[-1])
        if plan.streams:
            _say("Beside live streams …")
            last = sites[-1]
            report["live"] = live.measure(last.database, last.desk, plan.streams)


def _statements(site: Site) -> dict[str, int]:
    given = json.dumps(site.desk)
    counted: dict[str, int] = json.loads(
        services.run("bench.statements", database=site.database, given=given)
    )
    return counted


def _scans(site: Site) -> dict[str, list[str]]:
    given = json.dumps(site.desk)
    found: dict[str, list[str]] = json.loads(
        services.run("bench.plans", database=site.database, given=given)
    )
    return found


def _pipeline(site: Site, plan: Plan) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        services.run(
            "bench.pipeline",
            *("--messages", str(plan.messages), "--rounds", str(plan.rounds)),
            database=site.database,
        )
    )
    return found


def _write(report: dict[str, Any]) -> None:
    folder = services.log().parent / "results"
    folder.mkdir(exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    path = folder / f"{stamp}-{report['plan']}.json"
    path.write_text(json.dumps(report, indent=1))
    print(f"\nAll figures: {path}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
