"""The report, printed."""

from statistics import median
from typing import Any

from bench import calendars, live, pages
from bench.report import (
    GROWTH_OF_READS,
    GROWTH_OF_WRITES,
    MEMORY,
    PIPELINE_RATE,
    PIPELINE_SHARE,
    PIPELINE_STATEMENTS,
    ROUTED_P95,
    percentile,
    table,
)

Report = dict[str, Any]


def all_of(report: Report) -> None:
    """Print every part. ✓ and ✗ compare with the bars; they decide nothing."""
    _conditions(report)
    for tickets in sorted({row["tickets"] for row in report["operations"]}):
        _operations(report, tickets)
    _growth(report)
    if "calendars" in report:
        calendars.show(report["calendars"])
    if "pipeline" in report:
        _pipeline(report["pipeline"])
        _flow(report["flow"])
    if "pages" in report:
        pages.show(report["pages"])
    if "live" in report:
        live.show(report["live"])


def _conditions(report: Report) -> None:
    print("\n" + ", ".join(f"{k} {v}" for k, v in report["settings"].items()))
    loads = [load[0] for load in report["load average"]]
    print(
        f"load average {min(loads):.1f} to {max(loads):.1f}; "
        f"{report['seconds']:.0f} s in all"
    )


def _operations(report: Report, tickets: int) -> None:
    print(f"\n{tickets:,} tickets: requests a second; p50 / p95 in ms")
    header = ("", "clients", "raw", "floor", "ours", "of raw", "floor's", "p50/floor")
    rows = []
    for row in report["operations"]:
        if row["tickets"] == tickets:
            own = [_rate(row[system]) for system in ("raw", "floor", "ours")]
            if row["operation"] == "list page":
                own[:2] = "as list", "as list"
            shares = row["share of raw"], row["floor's share of raw"]
            rows.append(
                (
                    row["operation"],
                    row["clients"],
                    *own,
                    *map(_percent, shares),
                    row["p50 over floor"],
                    report.get("statements", {}).get(row["operation"]),
                    row["bar"],
                )
            )
    print(table((*header, "statements", "bar"), rows))


def _growth(report: Report) -> None:
    grown = [row for row in report["operations"] if row["growth of p50"]]
    if not grown:
        return
    print("\nGrowth from the smallest size, ours")
    rows = []
    for row in grown:
        writes = row["operation"].startswith(("intake", "reply"))
        bar = GROWTH_OF_WRITES if writes else GROWTH_OF_READS
        p50, p95 = row["growth of p50"], row["growth of p95"]
        name = row["operation"], row["clients"], row["tickets"]
        rows.append((*name, p50, p95, bar.judge(p95)))
    print(table(("", "clients", "tickets", "p50", "p95", "bar"), rows))


def _pipeline(found: dict[int, Report]) -> None:
    print("\nPipeline, one process: messages a second, kept to assigned")
    rows = []
    for tickets, one in found.items():
        pairs = zip(one["ours"], one["raw"], strict=True)
        share, ours = median(a / b for a, b in pairs), median(one["ours"])
        statements = sum(one["statements"].values())
        rows.append(
            (
                f"at {tickets:,} tickets",
                *(median(one["raw"]), ours, PIPELINE_RATE.judge(ours)),
                *(_percent(share), PIPELINE_SHARE.judge(share)),
                *(statements, PIPELINE_STATEMENTS.judge(statements)),
            )
        )
    header = ("", "raw", "ours", "bar", "of raw", "bar", "statements a batch", "bar")
    print(table(header, rows))
    for tickets, one in found.items():
        parts = ", ".join(
            f"{stage} {spent:.0f} µs ({one['statements'][stage]} statements)"
            for stage, spent in one["microseconds"].items()
        )
        print(f"  a message at {tickets:,} tickets: {parts}")
    rows_left = sum(next(iter(found.values()))["rows"].values())
    print(f"  rows a message, the same for both: {rows_left:.0f}")


def _flow(found: Report) -> None:
    waits = found["waits"]
    late = percentile(waits, 95)
    print(f"\nThrough relay and workers at {found['per_second']} messages a second")
    print(
        f"  acknowledged to routed: p50 {median(waits):.2f} s, p95 {late:.2f} s "
        f"({ROUTED_P95.judge(late)}); a flood: {found['flood']:,.0f} routed a second"
    )
    print("\nMemory with children, PSS in MiB")
    warm, loaded = found["memory"]["warm"], found["memory"]["after load"]
    rows = [
        (kind, mib, loaded[kind], MEMORY[kind].judge(loaded[kind]))
        if kind in MEMORY
        else (kind, mib, loaded[kind], "")
        for kind, mib in warm.items()
    ]
    print(table(("", "warm", "after load", "bar"), rows))


def _rate(summary: dict[str, float]) -> str:
    if not summary:
        return "–"
    return f"{summary['rate']:,.0f}; {summary['p50']:.2f} / {summary['p95']:.2f}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
