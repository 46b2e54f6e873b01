"""Pictures as they are seen, without what a camera or a program wrote into them.

A photograph tells where and when it was taken, with which telephone and sometimes what
was cut off it. None of that is meant for who looks at it. What is shown stays byte for
byte: nothing is drawn anew. Formats: ITU-T T.81 annex B and Exif 2.32 (JPEG), the PNG
specification 5.3 and 11.3, and Google's WebP container specification.
"""

import re
from collections.abc import Callable, Iterator

from conversations.adapters.files import JPEG, PNG, WEBP

_TEXTS = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})  # of PNG
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
# Exif and XMP, what Photoshop writes, and comments. Colours are told in others.
_TOLD = frozenset({0xE1, 0xED, 0xFE})
# Where the bytes of a scan end: at a marker that is neither stuffed nor a restart.
_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
_ORIENTATION = 0x0112
# An Exif that says nothing but which way is up.
_UPRIGHT = (
    b"\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01"
    b"\x01\x12\x00\x03\x00\x00\x00\x01\x00%c\x00\x00\x00\x00\x00\x00"
)


def bare(content: bytes, kind: str) -> bytes:
    """Return a picture without what was written into it; others as they are.

    Which way is up stays told. What follows the picture is left out. Raises ValueError
    for one that is not whole.
    """
    rule = _RULES.get(kind)
    return rule(content) if rule else content


def _jpeg(content: bytes) -> bytes:
    return b"".join(_jpeg_parts(content))


def _jpeg_parts(content: bytes) -> Iterator[bytes]:
    yield content[:2]
    at = 2
    while True:
        marker, at = _marker_at(content, at)
        if marker == _END:
            yield b"\xff\xd9"
            return
        size = int.from_bytes(_exactly(content, at, 2), "big")
        if marker == _START or size < 2:
            raise ValueError("a part of it is not as it should be")
        body = _exactly(content, at, size)
        at += size
        if marker in _TOLD:
            yield _upright(body[2:])
            continue
        yield bytes((0xFF, marker)) + body
        if marker == _SCAN:
            end = _next_marker(content, at)
            yield content[at:end]
            at = end


def _marker_at(content: bytes, at: int) -> tuple[int, int]:
    """The marker at a place, and where what it is about begins."""
    found = _MARKER.match(content, at)
    if not found:
        raise ValueError("it breaks off")
    return content[found.end() - 1], found.end()


def _next_marker(content: bytes, at: int) -> int:
    found = _MARKER.search(content, at)
    if not found:
        raise ValueError("it breaks off")
    return found.start()


def _upright(told: bytes) -> bytes:
    """What stays of a part that tells: which way is up, if it is said and not usual."""
    turned = _orientation(told[6:]) if told.startswith(b"Exif\x00\x00") else 1
    return _UPRIGHT % turned if 2 <= turned <= 8 else b""


def _orientation(tiff: bytes) -> int:
    order = "little" if tiff[:2] == b"II" else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], order)  # type: ignore[arg-type]

    first = number(4, 4)
    for entry in range(first + 2, first + 2 + 12 * number(first, 2), 12):
        if number(entry, 2) == _ORIENTATION:
            return number(entry + 8, 2)
    return 1


def _png(content: bytes) -> bytes:
    kept, at = [content[:8]], 8
    while True:
        size = int.from_bytes(_exactly(content, at, 4), "big")
        chunk = _exactly(content, at, size + 12)
        at += size + 12
        if chunk[4:8] not in _TEXTS:
            kept.append(chunk)
        if chunk[4:8] == b"IEND":
            return b"".join(kept)


def _webp(content: bytes) -> bytes:
    end = 8 + int.from_bytes(_exactly(content, 4, 4), "little")
    kept, at = [], 12
    while at < end:
        size = int.from_bytes(_exactly(content, at + 4, 4), "little")
        chunk = _exactly(content, at, 8 + size + size % 2)
        at += len(chunk)
        if chunk[:4] == b"VP8X":
            # The header says no more that they are there.
            chunk = chunk[:8] + bytes((chunk[8] & ~0x0C,)) + chunk[9:]
        if chunk[:4] not in (b"EXIF", b"XMP "):
            kept.append(chunk)
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _exactly(content: bytes, at: int, size: int) -> bytes:
    part = content[at : at + size]
    if len(part) < size:
        raise ValueError("it breaks off")
    return part


_RULES: dict[str, Callable[[bytes], bytes]] = {JPEG: _jpeg, PNG: _png, WEBP: _webp}
