"""Memory that a step gives back stays with the process, so that the next step need not ask the system for it again."""

from __future__ import annotations

import ctypes
import functools

TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD, MMAP_MAX = -1, -2, -3, -4
"""Parameters of glibc's mallopt(3)."""


@functools.cache
def keep_memory() -> bool:
    """Tell glibc not to return freed memory, once a process; False where there is no such allocator.

    By default each large tensor is mapped from the system, zeroed page by page, and unmapped again, every step; a step of
    100 small networks was measured to touch 600 new pages.
    """
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):  # another system
        return False
    kept = [mallopt(MMAP_MAX, 0), mallopt(TRIM_THRESHOLD, 2**31 - 1), mallopt(TOP_PAD, 16 << 20)]
    return all(kept)
