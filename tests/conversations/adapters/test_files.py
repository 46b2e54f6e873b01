"""What a file is, its bytes say; what goes along, the platform's rule says."""

import pytest

from conversations.adapters.files import (
    GIF,
    JPEG,
    PDF,
    PNG,
    RULES,
    WEBP,
    Facts,
    Files,
    named,
    refusal,
    type_of,
)


def file(kind=PNG, size=1_000, alt="", name="a.png"):
    return Facts(name, kind, size, alt)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0 ...", JPEG),
        (b"\x89PNG\r\n\x1a\n...", PNG),
        (b"GIF89a...", GIF),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", WEBP),
        (b"%PDF-1.7", PDF),
        (b"<svg onload=alert(1)>", ""),
        (b"<html>", ""),
        (b"\n%PDF-1.7", ""),
        (b"RIFF\x10\x00\x00\x00WAVE", ""),
        (b"", ""),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content, kind):
    assert type_of(content) == kind


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("meter.png", "meter.png"),
        ("METER.PNG", "METER.PNG"),
        ("evil.html", "evil.html.png"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\x\\y.png", "y.png"),
        (".htaccess", "htaccess.png"),
        ("a\u202egnp.exe", "agnp.exe.png"),
        ("a\r\nSet-Cookie: b.png", "aSet-Cookie: b.png"),
        ("", "file.png"),
        ("x" * 300, "x" * 96 + ".png"),
    ],
)
def test_a_name_is_one_line_and_ends_as_its_type(given, shown):
    assert named(given, PNG) == shown


@pytest.mark.parametrize(
    ("rule", "files", "word"),
    [
        (Files.NONE, [file()], "no_files"),
        (Files.X, [file(JPEG, 5_000_000)] * 4, None),
        (Files.X, [file()] * 5, "too_many_files"),
        (Files.X, [file(JPEG, 5_000_001)], "file_too_large"),
        (Files.X, [file(GIF, 15_000_000)], None),
        (Files.X, [file(GIF), file()], "file_goes_alone"),
        (Files.X, [file(PDF)], "file_kind"),
        (Files.X, [file(alt="a" * 1_000)], None),
        (Files.X, [file(alt="a" * 1_001)], "alt_too_long"),
        (Files.MASTODON, [file(GIF), file()], None),
        (Files.MASTODON, [file(size=16_777_217)], "file_too_large"),
        (Files.BLUESKY, [file(size=1_000_001)], "file_too_large"),
        (Files.PLAIN, [file(PDF, 10_000_000)] * 10, None),
        (Files.PLAIN, [file()] * 11, "too_many_files"),
    ],
)
def test_each_platform_takes_what_it_takes(rule, files, word):
    no = refusal(rule, files)

    assert (no and no[0]) == word


@pytest.mark.parametrize("rule", Files)
def test_a_text_alone_goes_everywhere(rule):
    assert rule in RULES
    assert refusal(rule, []) is None
