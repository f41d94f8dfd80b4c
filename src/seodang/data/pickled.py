"""A pickle of arrays read without running what it says: nothing but NumPy's arrays can come of it.

`pickle.load` calls whatever a file names, so a data set from a stranger could run any program (Python's documentation,
"Restricting Globals"). CIFAR-10's Python version names three things, and only they are allowed.
"""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np

from seodang.data.split import DataError


def _reconstructed(_kind: object, shape: tuple[int, ...], code: bytes) -> np.ndarray[tuple[int, ...], np.dtype[Any]]:
    """An empty array, which its state then fills."""
    return np.ndarray(shape, np.dtype(code.decode("ascii")))


def _encoded(text: str, encoding: str) -> bytes:
    """What Python 3 writes into a pickle of protocol 2 in place of bytes."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"bytes encoded as {encoding}")
    return text.encode(encoding)


ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstructed,  # as the published files, of 2009, call it
    ("numpy._core.multiarray", "_reconstruct"): _reconstructed,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _encoded,
}


class _Arrays(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return ALLOWED[module, name]


def read_pickle(content: bytes, what: str) -> Any:
    """The object, its old strings as bytes. DataError, naming `what`, when it is cut or asks for anything but arrays."""
    try:
        return _Arrays(io.BytesIO(content), encoding="bytes").load()
    except Exception as error:  # a spoilt pickle can raise anything
        raise DataError(f"{what} is not a pickle of arrays ({error}); delete it, then fetch the set again") from error
