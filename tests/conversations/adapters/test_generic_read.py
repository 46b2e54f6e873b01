import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.adapters import generic
from conversations.adapters.base import Attachment, Incoming, Visibility
from conversations.exceptions import Unreadable

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def message(**changes):
    """A plain message with `changes`; a field set to ... is left out."""
    given = {
        "external_id": "m-1",
        "text": "Geen stroom in Arnhem?",
        "posted_at": "2026-03-01T09:30:00+01:00",
        "author": {"external_id": "a-1", "handle": "@jan", "name": "Jan de Boer"},
    }
    given |= changes
    return {name: value for name, value in given.items() if value is not ...}


def read(value):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return generic.read(body, now=NOW)


def only(value):
    reading = read(value)
    assert reading.rejected == []
    return reading.items[0]


def errors_of(value):
    reading = read(value)
    assert reading.items == []
    return reading.rejected[0].errors


def test_a_plain_message_is_understood():
    assert only(message()).incoming == Incoming(
        external_id="m-1",
        text="Geen stroom in Arnhem?",
        posted_at=datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
        author_external_id="a-1",
        author_handle="@jan",
        author_name="Jan de Boer",
    )


def test_every_field_is_understood():
    full = message(
        thread="t-1",
        in_reply_to="m-0",
        visibility="private",
        url="https://social.example/m-1?a=b#c",
        language="nl-NL",
        addressed=False,
        outbound=True,
        history=True,
        attachments=[
            {"url": "https://files.example/1", "name": "m.jpg", "type": "image/jpeg"},
            {"url": "http://files.example/2"},
        ],
        edited_at="2026-03-01T09:31:00.25Z",
    )  # fmt: skip

    incoming = only(full).incoming

    assert (incoming.thread, incoming.in_reply_to) == ("t-1", "m-0")
    assert incoming.visibility is Visibility.PRIVATE
    assert incoming.url == "https://social.example/m-1?a=b#c"
    assert incoming.language == "nl-nl"
    assert (incoming.addressed, incoming.outbound, incoming.history) == (
        False,
        True,
        True,
    )
    assert incoming.attachments == (
        Attachment("https://files.example/1", "m.jpg", "image/jpeg"),
        Attachment("http://files.example/2"),
    )
    assert incoming.edited_at == datetime(2026, 3, 1, 9, 31, 0, 250_000, tzinfo=UTC)


def test_null_means_the_same_as_absent():
    optional = ("thread", "in_reply_to", "visibility", "url", "language", "addressed")
    others = ("outbound", "history", "attachments", "edited_at", "deleted")

    item = only(message(**dict.fromkeys(optional + others)))

    assert item.incoming == only(message()).incoming


def test_a_deletion_needs_only_the_id_and_takes_nothing_else_in():
    bare = only({"external_id": "m-1", "deleted": True})
    full = only(message(deleted=True, thread="t-1"))

    assert bare.incoming == Incoming(
        external_id="m-1", posted_at=None, author_external_id="", deleted=True
    )
    assert (full.incoming.text, full.incoming.author_handle) == ("", "")
    assert (full.incoming.author_external_id, full.incoming.thread) == ("a-1", "t-1")


def test_create_edit_and_deletion_have_keys_of_their_own():
    edit = message(edited_at="2026-03-01T10:30:00+01:00")

    assert only(message()).key == "c:m-1"
    assert only(message(text="Another text")).key == "c:m-1"
    assert only(edit).key == "e:m-1:2026-03-01T09:30:00+00:00"
    assert only(message(edited_at="2026-03-01T09:30:00Z")).key == only(edit).key
    assert only({"external_id": "m-1", "deleted": True}).key == "d:m-1"


def test_a_long_id_has_a_short_key_that_no_short_id_can_equal():
    long, other = "é" * 255, "é" * 254 + "e"

    keys = {only(message(external_id=given)).key for given in (long, other)}

    assert len(keys) == 2
    assert {len(key) for key in keys} == {66}
    assert all(key.startswith("c#") for key in keys)


def test_text_is_cleaned_and_the_bytes_beside_it_are_not():
    body = rb'{"external_id": "m-1", "text": "ga\u0000s \ud83d",' + (
        b'"posted_at": "2026-03-01T09:30:00Z", "author": {"external_id": "a"}}'
    )

    item = only(body)

    assert item.incoming.text == "gas \ufffd"
    assert item.raw == body


def test_a_text_of_nothing_but_hidden_characters_is_still_a_message():
    assert only(message(text="\u202e\x00")).incoming.text == ""


def test_a_picture_needs_no_text():
    attachments = [{"url": "https://files.example/1.jpg"}]

    assert only(message(text=..., attachments=attachments)).incoming.text == ""


def test_names_are_one_line():
    author = {"external_id": "a-1", "name": " Jan\n\u202ede \t Boer "}

    assert only(message(author=author)).incoming.author_name == "Jan de Boer"


def test_a_name_that_grows_when_composed_still_fits():
    author = {"external_id": "a-1", "name": "\ufb1d" * 200}

    assert len(only(message(author=author)).incoming.author_name) == 200


def test_a_good_message_is_kept_when_others_are_bad():
    reading = read([message(), 7, message(external_id=...), message(external_id="m-2")])

    assert [item.key for item in reading.items] == ["c:m-1", "c:m-2"]
    assert [(r.index, list(r.errors)) for r in reading.rejected] == [
        (1, ["item"]),
        (2, ["external_id"]),
    ]
    assert reading.rejected[0].raw == b"7"


def test_all_that_is_wrong_is_said_at_once():
    errors = errors_of({"text": 5, "visibility": "secret", "attachments": [{}]})

    assert set(errors) == {
        "external_id", "text", "posted_at", "author", "visibility", "attachments.0.url",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("external_id", ...),
        ("external_id", ""),
        ("external_id", "  "),
        ("external_id", 12),
        ("external_id", ["m-1"]),
        ("external_id", "x" * 256),
        ("external_id", "a\x00b"),
        ("external_id", "a\nb"),
        ("external_id", "a\x85b"),
        ("external_id", "\ud800"),
        ("thread", "a\x00b"),
        ("in_reply_to", 5),
        ("text", ...),
        ("text", " \n"),
        ("text", "x" * 50_001),
        ("text", {"nl": "hallo"}),
        ("posted_at", ...),
        ("posted_at", 1_772_000_000),
        ("posted_at", "yesterday"),
        ("posted_at", "2026-03-01"),
        ("posted_at", "2026-03-01T09:30:00"),
        ("posted_at", "2026-W09-7T09:30:00Z"),
        ("posted_at", "20260301T093000Z"),
        ("posted_at", "2026-02-30T09:30:00Z"),
        ("posted_at", "2026-03-01T24:00:00Z"),
        ("posted_at", "2026-03-01T09:30:00+25:00"),
        ("posted_at", "1969-12-31T23:59:59Z"),
        ("posted_at", "0001-01-01T00:00:00+23:00"),
        ("posted_at", "9999-12-31T23:59:59-23:00"),
        ("posted_at", "2026-03-02T12:00:01Z"),
        ("posted_at", "٢٠٢٦-03-01T09:30:00Z"),
        ("edited_at", "2027-01-01T00:00:00Z"),
        ("author", ...),
        ("author", "jan"),
        ("author", []),
        ("visibility", "PUBLIC"),
        ("visibility", True),
        ("url", "javascript:alert(1)"),
        ("url", "data:text/html,x"),
        ("url", "https://"),
        ("url", "https://a b"),
        ("url", 'https://a"onclick='),
        ("url", "https://example.org/" + "x" * 2_000),
        ("language", "Nederlands!"),
        ("language", "nl-" + "x" * 30),
        ("addressed", "yes"),
        ("outbound", 1),
        ("history", []),
        ("deleted", "true"),
        ("attachments", {}),
        ("attachments", ["https://files.example/1"]),
        ("attachments", [{"url": "https://files.example/1"}] * 51),
    ],
)
def test_a_field_that_cannot_be_kept_is_refused_by_name(field, value):
    assert list(errors_of(message(**{field: value}))) == [field]


@pytest.mark.parametrize(
    ("author", "field"),
    [
        ({}, "author.external_id"),
        ({"external_id": 5}, "author.external_id"),
        ({"external_id": "a", "handle": "x" * 201}, "author.handle"),
        ({"external_id": "a", "name": "x" * 201}, "author.name"),
        ({"external_id": "a", "name": 7}, "author.name"),
    ],
)
def test_a_wrong_author_is_refused_by_name(author, field):
    assert list(errors_of(message(author=author))) == [field]


@pytest.mark.parametrize(
    "posted_at",
    [
        "2026-03-01t09:30:00z",
        "2026-03-01 09:30:00+00:00",
        "2026-03-01T09:30:00.123456789Z",
        "2026-03-02T11:59:59Z",
        "1970-01-01T00:00:00Z",
    ],
)
def test_every_form_of_rfc_3339_is_read(posted_at):
    assert only(message(posted_at=posted_at)).incoming.posted_at.tzinfo is UTC


def test_unknown_fields_are_ignored_and_kept_in_the_bytes():
    plain = json.dumps(message()).encode()[:-1]
    body = plain + b', "likes": %s, "mood": [{"a": 1e400}]}' % (b"9" * 5_000)

    item = only(body)

    assert item.incoming == only(message()).incoming
    assert item.raw == body


def test_of_two_fields_with_one_name_the_last_counts():
    body = json.dumps(message()).encode()[:-1] + b', "text": "Last"}'

    assert only(body).incoming.text == "Last"


def test_a_thousand_messages_fit_and_one_more_does_not():
    assert len(read([message()] * 1_000).items) == 1_000
    with pytest.raises(Unreadable) as refused:
        read([message()] * 1_001)
    assert refused.value.code == "too_many"


def test_an_empty_list_holds_nothing():
    assert read(b" [ ] ") == ([], [])


def test_a_byte_order_mark_is_passed_over():
    assert only(b"\xef\xbb\xbf" + json.dumps(message()).encode()).key == "c:m-1"


def nested(levels):
    plain = json.dumps(message()).encode()[:-1]
    return plain + b', "x": ' + b"[" * levels + b"]" * levels + b"}"


@pytest.mark.parametrize("levels", [100, 900, 2_000, 100_000])
def test_a_message_nested_too_deep_is_refused_alone(levels):
    body = b"[" + nested(levels) + b"," + json.dumps(message()).encode() + b"]"

    reading = read(body)

    assert [item.key for item in reading.items] == ["c:m-1"]
    assert "100 levels" in reading.rejected[0].errors["item"][0]
    assert reading.rejected[0].raw == nested(levels)


def test_brackets_in_a_text_are_not_depth():
    assert only(nested(99)).key == "c:m-1"
    assert only(message(text='[{"' * 500)).key == "c:m-1"
    assert len(only(message(x=[[]] * 500)).raw) > 1_000


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
@pytest.mark.parametrize("form", [b"%s", b'{"x": [%s, "]}\\""]}', b"[[%s]]"])
def test_what_only_looks_like_a_number_is_refused_alone(constant, form):
    bad = form % constant
    body = b"[" + bad + b', {"external_id": "m-2", "deleted": true}]'

    reading = read(body)

    assert [item.key for item in reading.items] == ["d:m-2"]
    assert reading.rejected[0].raw == bad


@pytest.mark.parametrize("body", [b'"NaN"', b"null", b"5", b"true", b"9" * 5_000])
def test_what_is_no_object_is_refused(body):
    assert errors_of(body) == {"item": ["Send an object for each message."]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"   ", "not_json"),
        (b"hello", "not_json"),
        (b"{", "not_json"),
        (b"[", "not_json"),
        (b"[{}", "not_json"),
        (b"[{},]", "not_json"),
        (b"[{} {}]", "not_json"),
        (b"{} {}", "not_json"),
        (b"{}x", "not_json"),
        (b'{"a": "line\nbreak"}', "not_json"),
        (b"{'a': 1}", "not_json"),
        (b'[{"x": NaN', "not_json"),
        (b'[{"x": NaN, "y": "\\', "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'{"text": "\xff"}', "not_utf8"),
        (b'{"text": "\xed\xa0\x80"}', "not_utf8"),
        ('{"text": "é"}'.encode("utf-16"), "not_utf8"),
        (b"\x1f\x8b\x08\x00", "not_utf8"),
    ],
)
def test_a_body_that_cannot_be_read_says_why(body, code):
    with pytest.raises(Unreadable) as refused:
        read(body)

    assert refused.value.code == code
    assert str(refused.value).startswith("Send ")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
fields = st.sampled_from([*message(), "thread", "url", "deleted", "attachments"])
messages = st.dictionaries(fields, json_values).map(lambda changes: message(**changes))


@given(st.binary() | st.text(alphabet='[]{}",:\\ NaNe1x').map(str.encode))
def test_no_bytes_raise_anything_else(body):
    try:
        reading = read(body)
    except Unreadable:
        return
    assert all(isinstance(item.key, str) for item in reading.items)


@given(st.lists(messages | json_values, max_size=8), st.sampled_from([None, 1]))
def test_every_message_keeps_its_exact_bytes(values, indent):
    written = [json.dumps(value, indent=indent).encode() for value in values]

    reading = read(b"[" + b" ,\n".join(written) + b"]")

    kept = {rejected.index: rejected.raw for rejected in reading.rejected}
    good = iter(reading.items)
    assert [
        kept[index] if index in kept else next(good).raw for index in range(len(values))
    ] == written


@given(messages)
def test_what_is_understood_fits_into_the_database(value):
    for item in read(value).items:
        incoming = item.incoming
        text = incoming.external_id + incoming.text + incoming.author_name + item.key
        assert "\x00" not in text
        text.encode()
        assert len(item.key) <= 200
        assert incoming.posted_at is None or incoming.posted_at < NOW + timedelta(
            days=2
        )
