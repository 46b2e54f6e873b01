import gzip
import json
from datetime import UTC, datetime

import pytest

from conversations.archive import UnusableFile, read_rows, to_archive


@pytest.fixture
def archive_of(tmp_path):
    def read(content: str, name: str = "export.csv", **columns):
        path = tmp_path / name
        data = content.encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return to_archive(list(read_rows(path)), name="export", columns=columns)

    return read


def fields_of(lines):
    return [line.fields for line in lines]


def test_usual_column_names_are_understood(archive_of):
    [line] = archive_of("created_at,username,lang,tweet\n2026-01-02,ans,nl,Hoi\n")

    assert line.at == datetime(2026, 1, 2, tzinfo=UTC)
    assert line.fields == {
        "external_id": "export-1",
        "author": {"external_id": "ans", "handle": "ans"},
        "text": "Hoi",
        "language": "nl",
    }


def test_a_named_column_wins_over_the_usual_one(archive_of):
    [line] = archive_of("text,remark\nwrong,right\n", text="remark", topic="text")

    assert line.fields["text"] == "right"
    assert line.fields["topic"] == "wrong"


def test_ids_and_authors_come_from_the_row_when_the_file_has_none(archive_of):
    lines = archive_of("text\none\ntwo\n")

    assert fields_of(lines) == [
        {
            "external_id": "export-1",
            "author": {"external_id": "export-1"},
            "text": "one",
        },
        {
            "external_id": "export-2",
            "author": {"external_id": "export-2"},
            "text": "two",
        },
    ]


def test_ids_stay_with_their_rows_when_the_file_is_not_in_order(archive_of):
    lines = archive_of("text,date\nlate,2026-01-02\nearly,2026-01-01\n")

    assert [line.fields["external_id"] for line in lines] == ["export-2", "export-1"]


def test_a_guessed_id_that_repeats_swallows_no_message(archive_of):
    lines = archive_of("id,text\n7,one\n7,two\n")

    assert [line.fields["external_id"] for line in lines] == ["export-1", "export-2"]


def test_a_guessed_id_that_is_one_of_a_kind_is_the_id(archive_of):
    lines = archive_of("id,text\n7,one\n8,two\n")

    assert [line.fields["external_id"] for line in lines] == ["7", "8"]


def test_json_lines_keep_the_generic_format_as_it_is(archive_of):
    item = {
        "external_id": "m1",
        "author": {"external_id": "a1", "name": "Ans"},
        "text": "Hoi",
        "posted_at": "2026-01-02T08:00:00+01:00",
        "edited_at": "2026-01-02T09:00:00+01:00",
        "thread": "t1",
        "visibility": "private",
        "addressed": False,
    }

    [line] = archive_of(json.dumps(item) + "\n", name="export.jsonl.gz")

    assert line.at == datetime(2026, 1, 2, 7, tzinfo=UTC)
    assert line.edited_at == datetime(2026, 1, 2, 8, tzinfo=UTC)
    del item["posted_at"], item["edited_at"]
    assert line.fields == item


def test_a_column_that_begins_late_in_the_file_is_seen(archive_of):
    lines = archive_of('{"text": "one"}\n{"text": "two", "thread": "t1"}\n', "a.jsonl")

    assert [line.fields.get("thread") for line in lines] == [None, "t1"]


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01T13:00:00+01:00",
        "2026-03-01 12:00:00",
        "1772366400",
        "1772366400000",
        "Sun Mar 01 12:00:00 +0000 2026",
        "Sun, 01 Mar 2026 12:00:00 +0000",
    ],
)
def test_times_are_read_as_tools_write_them(archive_of, written):
    [line] = archive_of(f'text;date\nhello;"{written}"\n')

    assert line.at == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_time_nobody_can_read_is_named_with_its_row(archive_of):
    with pytest.raises(UnusableFile, match="Row 2 .* yesterday"):
        archive_of("text,date\none,2026-01-01\ntwo,yesterday\n")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("a,b\n1,2\n", "no_text.csv"),
        ("not json\n", "broken.jsonl"),
        ("3\n", "numbers.jsonl"),
    ],
)
def test_a_file_that_holds_no_messages_says_why(archive_of, content, name):
    with pytest.raises(UnusableFile, match=r"No column|not JSON|not a JSON object"):
        archive_of(content, name)


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(UnusableFile, match="No such file"):
        list(read_rows(tmp_path / "gone.csv"))
