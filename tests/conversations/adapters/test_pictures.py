"""What a camera wrote into a picture does not go out with it."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.adapters.files import GIF, JPEG, PDF, PNG, WEBP
from conversations.adapters.pictures import bare
from tests.files import chunk, png


def part(marker, body):
    """A segment of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def exif(order=">", turned=6):
    """Which way is up, and where it was taken."""
    entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turned, 0)
    where = struct.pack(f"{order}HHII", 0x8825, 4, 1, 99)
    head = (b"MM" if order == ">" else b"II") + struct.pack(f"{order}HI", 42, 8)
    ifd = struct.pack(f"{order}H", 2) + where + entry + struct.pack(f"{order}I", 0)
    return part(0xE1, b"Exif\x00\x00" + head + ifd + b"51.92 N")


JFIF = part(0xE0, b"JFIF\x00\x01\x02")
COLOURS = part(0xE2, b"ICC_PROFILE\x00")
TABLES, SCAN = part(0xDB, b"tables"), part(0xDA, b"scan")
DRAWN = b"\x12\xff\x00\x34\xff\xd0\x56"
SEEN = TABLES + SCAN + DRAWN + part(0xC4, b"more") + SCAN + DRAWN + b"\xff\xd9"


def jpeg(*told):
    return b"\xff\xd8" + JFIF + b"".join(told) + COLOURS + SEEN


@pytest.mark.parametrize(
    "told",
    [
        exif(turned=1),
        part(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta/>"),
        part(0xED, b"Photoshop 3.0\x00Delft"),
        part(0xFE, b"by Ada"),
    ],
)
def test_a_photograph_tells_no_more_than_it_shows(told):
    assert bare(jpeg(told), JPEG) == jpeg()


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("turned", [3, 6, 8])
def test_which_way_is_up_stays(order, turned):
    kept = bare(jpeg(exif(order, turned)), JPEG)

    assert b"51.92 N" not in kept
    assert bare(kept, JPEG) == kept
    head = kept.index(b"Exif\x00\x00MM")
    tag, kind, count, value = struct.unpack(">HHIH", kept[head + 16 : head + 26])
    assert (tag, kind, count, value) == (0x0112, 3, 1, turned)
    assert struct.unpack(">H", kept[head - 2 : head]) == (0x22,)
    assert kept.endswith(COLOURS + SEEN)


def test_what_follows_a_picture_is_left_out():
    assert bare(jpeg() + jpeg(exif()), JPEG) == jpeg()
    assert bare(png() + b"51.92 N", PNG) == png()


def test_a_drawing_tells_no_more_than_it_shows():
    told = [chunk(name, b"51.92 N") for name in (b"tEXt", b"iTXt", b"zTXt", b"eXIf")]

    assert bare(png(b"", *told), PNG) == png()


def riff(*chunks):
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2)
        for name, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_a_webp_tells_no_more_than_it_shows():
    head, drawn = b"\x10" + b"\x00" * 9, (b"VP8 ", b"seen")
    told = [(b"EXIF", b"51.92 N"), (b"XMP ", b"<x/>")]

    full = riff((b"VP8X", b"\x1c" + head[1:]), drawn, *told)

    assert bare(full, WEBP) == riff((b"VP8X", head), drawn)


@pytest.mark.parametrize("kind", [GIF, PDF])
def test_others_stay_as_they_are(kind):
    assert bare(b"anything", kind) == b"anything"


@given(st.integers(0, 200), st.sampled_from([(jpeg(exif()), JPEG), (png(), PNG)]))
def test_one_that_breaks_off_is_refused(cut, picture):
    content, kind = picture

    with pytest.raises(ValueError, match="it"):
        bare(content[: max(8, len(content) - 1 - cut)], kind)


@given(st.binary(max_size=200), st.sampled_from([JPEG, PNG, WEBP]))
def test_nonsense_ends_with_a_picture_or_a_refusal(content, kind):
    with contextlib.suppress(ValueError):
        bare(content, kind)
