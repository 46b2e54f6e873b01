"""No request reads a big table from end to end."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import desk, plans, seed
from bench.operations import OPERATIONS, Operation
from conversations.models.bulk import fetch
from webcare.actions.rolls import roll_days
from webcare.domain.counted import Counted
from webcare.domain.counted_figures import FIGURES
from webcare.domain.outcomes import Promise
from webcare.models import Ticket, User
from webcare.queries.behind import tickets_of
from webcare.queries.measures.all import ROLLED
from webcare.queries.rolls import day_of

TICKETS = 300


@pytest.fixture
def seeded(db):
    """A small desk whose planner would rather use an index, where there is one.

    In new files, without the room that rows of other tests have left: a planner counts
    pages.
    """
    fetch("SET LOCAL session_replication_role = replica", [])  # the log is for ever
    fetch(f"TRUNCATE {', '.join(seed.SEEDED)} CASCADE", [])
    seed.fill(TICKETS, chunk=TICKETS)
    fetch("ANALYZE", [])
    fetch("SET LOCAL enable_seqscan = off", [])
    return desk.look()


def test_every_request_finds_its_rows_by_an_index(seeded):
    assert plans.scans(seeded, big=TICKETS) == {}


def test_a_scan_is_found_with_its_plan(seeded, monkeypatch):
    def by_text(given):
        list(Ticket.objects.filter(excerpt__contains="stroom"))
        return iter([b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"])

    monkeypatch.setattr("bench.operations.OPERATIONS", [Operation("scan", by_text)])

    found = plans.scans(seeded, big=TICKETS)

    assert "Seq Scan on webcare_ticket" in found["scan"][0]


def test_what_is_read_into_a_hash_is_found(seeded, monkeypatch):
    def by_log(given):
        fetch(
            """SELECT t.id FROM webcare_ticket t WHERE t.id < 0 OR EXISTS (
                   SELECT FROM webcare_ticketevent e WHERE e.ticket_id = t.id)""",
            [],
        )
        return iter([b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"])

    monkeypatch.setattr("bench.operations.OPERATIONS", [Operation("hash", by_log)])

    found = plans.scans(seeded, big=TICKETS)

    assert "hashed SubPlan" in found["hash"][0]


def test_no_report_can_put_a_big_table_into_a_hash(seeded, monkeypatch):
    """Which a planner would rather do, once it thinks looking up is dear."""
    for way in ("indexscan", "indexonlyscan", "bitmapscan"):
        fetch(f"SET LOCAL enable_{way} = off", [])
    asked = [one for one in OPERATIONS if one.name.startswith("reports ")]
    monkeypatch.setattr("bench.operations.OPERATIONS", asked)

    found = plans.scans(seeded, big=TICKETS, how=plans.is_hashed)

    assert len(asked) > 20
    assert found == {}


def test_days_are_added_up_by_looking_up(seeded):
    """Nothing that grows is read from end to end, not by an index either."""
    # Dear, not forbidden: small tables have to be read, and compared by what it costs.
    fetch("SET LOCAL enable_seqscan = on", [])
    fetch("SET LOCAL seq_page_cost = 100", [])
    day = day_of(timezone.now() - timedelta(days=30))
    grows = set(plans.large(TICKETS // 2))  # endings as well
    for measure in ROLLED.values():
        for view in measure.views:
            nodes = _nodes(_plan_of(measure, view, day))
            read = {node["Relation Name"] for node in nodes if _is_whole(node)}
            assert (measure.name, view, read & grows) == (measure.name, view, set())


@pytest.mark.parametrize("promise", ["first_response", "next_response"])
def test_turns_are_looked_up_for_promises_by_when_they_were_decided(seeded, promise):
    """One for each clock that is read, by its own number: not all with all."""
    day = day_of(timezone.now() - timedelta(days=30))
    plan = _plan_of(ROLLED[f"{promise}_event"], "event", day)

    conditions = [
        node["Index Cond"]
        for node in _nodes(plan)
        if node.get("Relation Name") == "webcare_turn" and "Index Cond" in node
    ]
    assert any(re.fullmatch(r"\(id = .*turn_id\)", one) for one in conditions)
    assert not [one for one in _nodes(plan) if "turn" in one.get("Join Filter", "")]


def test_marks_are_looked_up_for_each_roll(seeded, client):
    """A report has hundreds of rolls, and a busy day thousands of marks."""
    client.force_login(User.objects.get(username="bench-ours"))
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/api/v1/reports/response-times").status_code == 200
    asked = [q["sql"] for q in asked if "webcare_mark" in q["sql"]]

    assert asked
    for one in asked:
        [[[said]]] = fetch(f"EXPLAIN (FORMAT JSON) {one.replace('%', '%%')}", [])
        [mark] = [
            node
            for node in _nodes(said["Plan"])
            if node.get("Relation Name") == "webcare_mark"
        ]
        assert "quarter >= r.from_at" in mark["Index Cond"]


@pytest.mark.parametrize("report", FIGURES)
def test_what_a_figure_counts_is_looked_up_for_each_ticket(seeded, report):
    """A list that walks asks it of every ticket that it passes."""
    fetch("SET LOCAL enable_seqscan = on", [])
    fetch("SET LOCAL seq_page_cost = 100", [])
    grows = set(plans.large(TICKETS // 2))
    user, now = User.objects.get(username="bench-ours"), timezone.now()
    for figure in FIGURES[report]:
        asked = Counted(
            report=report,
            figure=figure,
            start=now - timedelta(days=90),
            end=now,
            as_of=now,
            promise=Promise.FIRST_RESPONSE,
        )
        source, values = tickets_of(user, asked)
        one = f"SELECT FROM ({source}) AS s WHERE s.ticket_id = %(ticket)s"
        [[[said]]] = fetch(f"EXPLAIN (FORMAT JSON) {one}", values | {"ticket": 1})
        read = {n["Relation Name"] for n in _nodes(said["Plan"]) if _is_whole(n)}
        assert (figure, read & grows) == (figure, set())


def _plan_of(measure, view, day):
    """The plan of the statement that has just made the roll of a day."""
    with CaptureQueriesContext(connection) as asked:
        assert roll_days(measure, view, [day]) == 1
    [made] = [q["sql"] for q in asked if "INSERT INTO webcare_cell" in q["sql"]]
    [[[said]]] = fetch(f"EXPLAIN (FORMAT JSON) {made.replace('%', '%%')}", [])
    return said["Plan"]


def _nodes(node):
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _is_whole(node):
    """A scan of a table without a condition on what is read of it."""
    is_scan = "Relation Name" in node and node["Node Type"].endswith("Scan")
    return is_scan and not {"Index Cond", "Recheck Cond"} & node.keys()
