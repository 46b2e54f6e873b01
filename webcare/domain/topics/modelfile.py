"""Named arrays and a few facts as one plain file that can be memory-mapped.

Layout: eight bytes of magic, the length of the header as a little-endian 64-bit
number, the header in JSON, then each array at a multiple of 64 bytes. Nothing in it
runs when it is read, and the same contents always make the same bytes.
"""

import json
from collections.abc import Mapping
from math import prod
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_MAGIC = b"WEBCARE1"
_PREFIX = len(_MAGIC) + 8
_ALIGNMENT = 64
_TYPES = {"<f4", "<u4", "<i8"}


class UnreadableModel(ValueError):
    """These bytes are not a model this version of the program can use."""


def to_bytes(facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """The file that `from_bytes` and `from_path` read back."""
    places, offset = {}, 0
    for name, array in arrays.items():
        places[name] = {
            "type": array.dtype.str,
            "shape": array.shape,
            "offset": offset,
        }
        offset += _padded(array.nbytes)
    header = json.dumps({"facts": facts, "arrays": places}, sort_keys=True).encode()
    header = header.ljust(_padded(_PREFIX + len(header)) - _PREFIX)
    parts = [_MAGIC, len(header).to_bytes(8, "little"), header]
    parts += [_padded_bytes(array) for array in arrays.values()]
    return b"".join(parts)


def from_bytes(content: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """Facts and arrays; the arrays are read-only views of `content`, not copies.

    Raises UnreadableModel for anything `to_bytes` did not write whole.
    """
    return _read(np.frombuffer(content, dtype=np.uint8))


def from_path(path: str | PathLike[str]) -> tuple[dict[str, Any], dict[str, Array]]:
    """As `from_bytes`, mapped: processes that read the same file share its memory."""
    try:
        return _read(np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray))
    except ValueError as error:  # numpy's word for an empty file
        raise UnreadableModel(str(error)) from error


def _read(file: Array) -> tuple[dict[str, Any], dict[str, Array]]:
    if file[: len(_MAGIC)].tobytes() != _MAGIC:
        raise UnreadableModel("This is not a model file.")
    length = int.from_bytes(file[len(_MAGIC) : _PREFIX].tobytes(), "little")
    start = _PREFIX + length
    try:
        header = json.loads(file[_PREFIX:start].tobytes())
        arrays = {
            name: _array(file[start:], **place)
            for name, place in header["arrays"].items()
        }
        return header["facts"], arrays
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnreadableModel("This model file is damaged.") from error


def _array(body: Array, *, type: str, shape: list[int], offset: int) -> Array:
    if type not in _TYPES:
        raise UnreadableModel(f"A model has no arrays of type {type}.")
    size = prod(shape) * np.dtype(type).itemsize
    part = body[offset : offset + size]
    return part.view(type).reshape(shape)


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _padded_bytes(array: Array) -> bytes:
    return array.tobytes().ljust(_padded(array.nbytes), b"\0")
