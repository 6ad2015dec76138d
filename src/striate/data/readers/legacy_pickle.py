"""Arrays out of a legacy pickle (``data.pkl`` of Python 2, protocol 0), without running what the file asks for.

A pickle is a program that may call whatever it names. Here it may name three things, those of which NumPy's arrays are
made (``numpy.core.multiarray._reconstruct``, ``numpy.ndarray``, ``numpy.dtype``), and gets stand-ins for them that only
take notes. The arrays are then made from the notes, of plain numbers alone, and of as many bytes as they need.

Before that, the file is walked through (`striate.base.pickle_opcodes`), so that it asks for no more memory than it has bytes.
"""

from __future__ import annotations

import io
import os
import pickle
import re
from itertools import islice
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from striate.base.disk.foreign import open_regular, too_large
from striate.base.errors import DataError, printable, reason
from striate.base.pickle_opcodes import walk

_MOST_OPCODES = 10_000  # two arrays need less than a hundred
_MOST_DIMENSIONS = 32
_NUMBERS = re.compile(r"[fiu][248]|[iu]1|b1")


class _Notes:
    """What a pickle said about one array or one type: the arguments and the state."""

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Unpickler(pickle.Unpickler):
    """Admits the three names; the stand-ins are made anew for every file, so that none can spoil those of the next."""

    def __init__(self, file: Any) -> None:
        super().__init__(file, encoding="latin1")  # Python 2 kept bytes in strings
        self.array, self.type = (type(name, (_Notes,), {}) for name in ("Array", "Type"))
        self.admitted = {
            "numpy.core.multiarray._reconstruct": self.array,
            "numpy._core.multiarray._reconstruct": self.array,
            "numpy.ndarray": type("Marker", (), {}),
            "numpy.dtype": self.type,
        }

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """Return the stand-in; raises DataError naming what was asked for and is none of the three."""
        asked = f"{module_name}.{global_name}"
        if asked not in self.admitted:
            raise DataError(
                f"it asks for {printable(asked)}, and only the makers of NumPy arrays are admitted; nothing was run;"
                " save the arrays with numpy.savez as features and targets"
            )
        return self.admitted[asked]


def read_legacy_pickle(path: Path) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the two arrays that the file ``path`` holds as a tuple. Raises DataError for anything else, and runs nothing."""
    shown = printable(str(path))
    try:
        unpickler = _Unpickler(io.BytesIO(_walked(_content(path))))
        held = unpickler.load()
    except DataError as error:
        raise DataError(f"{shown} was refused: {error}") from error
    except OSError as error:
        raise DataError(f"{shown} could not be read ({reason(error)}); give the path of a data.pkl") from error
    except Exception as error:  # a damaged pickle can raise anything
        raise DataError(f"{shown} is not a pickle of arrays, or is damaged ({reason(error)})") from error
    if not isinstance(held, tuple) or len(held) != 2 or not all(isinstance(part, unpickler.array) for part in held):
        raise DataError(f"{shown} holds {_said(held)}, and must hold a tuple of two arrays, (features, targets)")
    try:
        features, targets = (_array(part, unpickler.type) for part in held)
    except Exception as error:  # what was noted is whatever the file says
        raise DataError(f"{shown} holds an array that is damaged or not of numbers ({reason(error)})") from error
    return features, targets


def _content(path: Path) -> bytes:
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if why := too_large(4 * size):  # text escaped, text, bytes, array
            raise DataError(f"{why}; save the arrays with numpy.savez as features and targets")
        return file.read(size)


def _walked(content: bytes) -> bytes:
    """Return the pickle at the start of ``content``; DataError where it asks for more memory, ValueError for damage."""
    steps = list(islice(walk(content), _MOST_OPCODES + 1))
    if len(steps) > _MOST_OPCODES:
        raise DataError(f"it has more than {_MOST_OPCODES:,} steps, and a pickle of two arrays has less than a hundred")
    return content[: steps[-1][2]]


def _array(notes: Any, type_of_types: type) -> NDArray[Any]:
    """Return the array that ``notes`` describe: state (version, shape, dtype, in Fortran's order, bytes)."""
    _, shape, kind, fortran, raw = notes.state
    if not isinstance(kind, type_of_types):
        raise ValueError("its type is absent")
    dtype = _dtype(kind)
    data = raw.encode("latin1") if isinstance(raw, str) else raw
    if not isinstance(data, bytes) or not isinstance(shape, tuple) or len(shape) > _MOST_DIMENSIONS:
        raise ValueError("its shape or its bytes are absent")
    if not all(isinstance(size, int) and 0 <= size <= len(data) for size in shape):
        raise ValueError(f"its shape or its bytes are absent: a length below 0, or above the {len(data):,} bytes")
    if len(data) != prod(shape) * dtype.itemsize:
        raise ValueError(f"{len(data)} bytes for the shape {tuple(shape)} of {dtype}")
    array = np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")
    return array.astype(dtype.newbyteorder("="))


def _dtype(notes: Any) -> np.dtype[Any]:
    """Return a type of plain numbers: arguments (code, ...), state (version, byte order, ...)."""
    code, order = notes.arguments[0], notes.state[1] if notes.state else "="
    if not isinstance(code, str) or not _NUMBERS.fullmatch(code) or order not in ("<", ">", "|", "="):
        raise ValueError(f"the type {order}{code}, where floats, integers and booleans are accepted")
    return np.dtype(f"{order}{code}")


def _said(held: Any) -> str:
    return f"a {type(held).__name__} of {len(held)}" if isinstance(held, (tuple, list, dict)) else type(held).__name__
