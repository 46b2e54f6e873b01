"""Small files that are what they say, for whoever attaches one."""

import struct
import zlib

GIF = bytes.fromhex(
    "47494638396101000100800000ffffff00000021f904010000000"
    "02c00000000010001000002024401003b"
)


def chunk(name, data):
    """A part of a PNG."""
    checked = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + checked


def png(mark=b"", *more):
    """One pixel; another `mark` is another file, and `more` are parts of it."""
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
            *([chunk(b"maRk", mark)] if mark else []),
            *more,
            chunk(b"IDAT", zlib.compress(b"\x00\x80")),
            chunk(b"IEND", b""),
        )
    )
