"""Embedded services, with real servers, real users and real kills."""

import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import keeper
from tests.config.processes import running_in, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


def ask(url, question):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(question).fetchone()[0]


def ping(url):
    with redis.Redis.from_url(url) as client:
        return client.ping()


def test_both_servers_answer(starter):
    database, broker = starter().urls()

    assert ask(database, "SELECT current_database()") == "webcare_1"
    assert ping(broker)


def test_an_ordinary_user_needs_nothing_more(starter, ordinary_user, var):
    one = starter(prefix=ordinary_user)

    assert one.urls()
    owners = {path.stat().st_uid for path in var.rglob("*")}
    assert owners == {var.stat().st_uid}


def test_nothing_is_less_durable_than_in_production(starter):
    database, _ = starter().urls()

    assert [ask(database, f"SHOW {name}") for name in DURABLE] == ["on"] * 3


def test_nobody_is_trusted_and_nothing_listens_on_a_port(starter):
    database, broker = starter().urls()

    methods = "SELECT array_agg(DISTINCT auth_method) FROM pg_hba_file_rules"
    assert ask(database, methods) == ["peer"]
    assert ask(database, "SHOW listen_addresses") == ""
    with redis.Redis.from_url(broker) as client:
        assert client.config_get("port") == {"port": "0"}


def test_sockets_are_out_of_reach_for_others(starter, var):
    starter().urls()

    sockets = [path for path in var.rglob("*") if path.is_socket()]
    assert len(sockets) == 2
    assert {path.stat().st_mode & 0o077 for path in sockets} == {0}
    assert {path.parent.stat().st_mode & 0o077 for path in sockets} == {0}


def test_folders_above_keep_their_modes_and_no_user_is_added(starter, var):
    home = var / "home"
    (home / "project").mkdir(parents=True)
    home.chmod(0o700)
    (home / "project").chmod(0o751)
    users = Path("/etc/passwd").read_bytes()
    places = [*(home / "project").parents, home / "project"]
    before = [(path, path.stat().st_mode, path.stat().st_uid) for path in places]

    starter(home / "project" / "var").urls()

    assert before == [
        (path, path.stat().st_mode, path.stat().st_uid) for path in places
    ]
    assert users == Path("/etc/passwd").read_bytes()


@pytest.mark.parametrize("how", [None, signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_however_the_starter_ends_its_servers_end_too(starter, var, how):
    one = starter()
    one.urls()
    assert running_in(var)

    one.end(how)

    assert wait_until(lambda: not running_in(var))


def test_after_an_ordinary_end_nothing_runs_any_more_at_once(starter, var):
    one = starter()
    one.urls()

    one.end()

    assert running_in(var) == []


def test_a_killed_keeper_takes_its_server_along(starter, var):
    one = starter()
    one.urls()

    for process in running_in(var):
        # A process of the server may have come to its end by itself meanwhile.
        with suppress(FileNotFoundError, ProcessLookupError):
            if b"keeper.py" in Path(f"/proc/{process}/cmdline").read_bytes():
                os.kill(process, signal.SIGKILL)

    assert wait_until(lambda: not running_in(var))


def test_a_program_that_ends_as_it_is_stopped_is_no_failure(tmp_path):
    ends = keeper.Service(str(tmp_path), ["true"], signal.SIGTERM)

    # Now and then it has ended by the time it is told to.
    for _ in range(40):
        keeper.keep(ends)


def test_a_crash_of_everything_loses_nothing_and_blocks_nothing(starter, var):
    one = starter()
    database, _ = one.urls()
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    one.process.kill()
    for process in running_in(var):
        # Some end with their keeper, before they are killed.
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    assert wait_until(lambda: not running_in(var))
    assert (var / "test/postgres/data/postmaster.pid").exists()

    database, broker = starter().urls()
    assert ask(database, "SELECT answer FROM kept") == 42
    assert ping(broker)


def test_a_server_that_is_killed_comes_back(starter, var):
    database, _ = starter().urls()
    pid_file = var / "test/postgres/data/postmaster.pid"
    killed = int(pid_file.read_text().split()[0])

    os.kill(killed, signal.SIGKILL)

    def is_back():
        try:
            return ask(database, "SELECT 1") == 1
        except psycopg.OperationalError:
            return False

    assert wait_until(is_back)
    assert int(pid_file.read_text().split()[0]) != killed


def test_a_pid_file_whose_number_is_somebody_elses_now_does_not_block(starter, var):
    one = starter()
    one.urls()
    pid_file = var / "test/postgres/data/postmaster.pid"
    old = pid_file.read_text().splitlines()
    one.end()
    # As after a restart of a container, where numbers begin again: this one is ours.
    pid_file.write_text("\n".join([str(os.getpid()), *old[1:]]) + "\n")
    (var / "test/postgres/.s.PGSQL.5432.lock").write_text(pid_file.read_text())

    database, _ = starter().urls()

    assert ask(database, "SELECT 1") == 1


def test_a_half_made_cluster_does_not_count(starter, var):
    half = var / "test" / "postgres" / "data.half"
    for folder in (var / "test", half.parent, half):
        folder.mkdir(mode=0o700)
    (half / "PG_VERSION").write_text("18\n")

    database, _ = starter().urls()

    assert ask(database, "SELECT 1") == 1
    assert not half.exists()


def test_a_second_start_finds_the_same_cluster(starter):
    identity = "SELECT system_identifier::text FROM pg_control_system()"
    one = starter(name="up")
    first = ask(one.urls()[0], identity)
    one.end()

    assert ask(starter(name="up").urls()[0], identity) == first


def test_two_checkouts_run_side_by_side(starter, other_var):
    here, there = starter(), starter(other_var)
    (database, broker), (other_database, other_broker) = here.urls(), there.urls()

    here.end()

    assert database != other_database
    assert broker != other_broker
    assert ask(other_database, "SELECT 1") == 1
    assert ping(other_broker)


def test_two_runs_in_one_checkout_share_servers_but_no_data(starter):
    first, second = starter(), starter()
    (database, broker), (other_database, other_broker) = first.urls(), second.urls()
    names = {
        ask(url, "SELECT current_database()") for url in (database, other_database)
    }

    first.end()

    assert names == {"webcare_1", "webcare_2"}
    assert {broker[-4:], other_broker[-4:]} == {"db=1", "db=2"}
    assert ask(other_database, "SELECT 1") == 1
    assert ping(other_broker)


@pytest.mark.parametrize("name", ["long" * 30, "with spaces, 'quotes' & ünïcödé"])
def test_any_path_will_do(starter, var, name):
    database, broker = starter(var / name).urls()

    sockets = Path(ask(database, "SHOW unix_socket_directories"))
    assert ask(database, "SELECT 1") == 1
    assert ping(broker)
    assert sockets.stat().st_mode & 0o777 == 0o700
    shutil.rmtree(sockets)
    shutil.rmtree(Path(broker.removeprefix("unix://")).parent)


def test_what_is_set_for_other_servers_does_not_matter(starter):
    elsewhere = {"PGHOST": "/nowhere", "PGPORT": "1", "PGUSER": "x", "PGDATABASE": "y"}

    database, _ = starter(PGDATA="/nowhere", **elsewhere).urls()

    assert ask(database, "SELECT current_user::text") == "webcare"


def test_nothing_starts_where_both_addresses_are_given(starter, var):
    given = {"DATABASE_URL": "postgresql://db/webcare", "REDIS_URL": "redis://r/0"}

    assert starter(**given).urls() == list(given.values())
    assert list(var.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs a user namespace")
def test_where_it_is_refused_the_two_variables_are_named(starter, var):
    (var / "unshare").write_text(
        "#!/bin/sh\necho Operation not permitted >&2; exit 1\n"
    )
    (var / "unshare").chmod(0o755)

    said = starter(PATH=f"{var}:{os.environ['PATH']}").error()

    assert "Operation not permitted" in said
    assert "DATABASE_URL=" in said
    assert "REDIS_URL=" in said


def test_a_folder_that_others_may_read_is_refused(starter, var):
    (var / "test").mkdir(mode=0o755)
    (var / "test").chmod(0o755)

    assert "not private" in starter().error()
