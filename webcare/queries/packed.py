"""Lists of numbers and moments as the database sends them from program to program.

The driver makes an object of every element, which takes several times as long as all
that is done with them. `array_send` writes five numbers of four bytes (dimensions,
whether any is null, type, length, first index), then each element after its size.
"""

import numpy as np

from webcare.domain.waits import Numbers

_HEAD = 20
_EPOCH = 946_684_800_000_000  # PostgreSQL's, 1 January 2000, in microseconds


def numbers(packed: bytes | None) -> Numbers:
    """Read `array_send(list)` of whole numbers, of any size; None is an empty list."""
    if packed is None or len(packed) <= _HEAD:
        return np.zeros(0, dtype=np.int64)
    size = int.from_bytes(packed[_HEAD : _HEAD + 4], "big")
    element = np.dtype([("size", ">i4"), ("value", f">i{size}")])
    return np.frombuffer(packed, element, offset=_HEAD)["value"].astype(np.int64)


def moments(packed: bytes | None) -> Numbers:
    """Read `array_send(list)` of timestamptz, as microseconds since 1970 in UTC."""
    found = numbers(packed)
    return found + _EPOCH
