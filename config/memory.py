"""What a process has loaded before it forks stays for good."""

import ctypes
import gc

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8  # names of malloc.h
_LARGE = 128 * 1024  # bytes


def share_one_heap() -> None:
    """Let the threads of this process, and of those forked from it, use one heap.

    Python lets them allocate in turns anyhow, and what one freed another can use. What
    is large goes back to the system when it is freed. Where the C library is not
    glibc nothing changes.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_ARENA_MAX, 1)
        mallopt(_MMAP_THRESHOLD, _LARGE)


def settle() -> None:
    """Keep the collector off all there is now.

    Forked processes go on sharing that memory, and no collection looks through it
    again: that took one seventh of a worker's time.
    """
    gc.collect()
    gc.freeze()
    # Counts what is left, which is nothing: else a process lets as much again as was
    # frozen pile up, a quarter of it each time, before it looks for what to let go.
    gc.collect()
