"""The file that a course handed out, made anew: a tuple of two arrays as Python 2 and NumPy 1 pickled it, with protocol 0.

(features, targets), float64 (N, D) and int64 (N); three names, each array's bytes in an escaped string, and a memo.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FIRST = """cnumpy.core.multiarray
_reconstruct
p1
(cnumpy
ndarray
p2
(I0
tp3
S'b'
p4
tp5
Rp6
(I1
(%stp7
cnumpy
dtype
p8
(S'%s'
p9
I0
I1
tp10
Rp11
(I3
S'<'
p12
NNNI-1
I-1
I0
tp13
bI00
S%s
p14
tp15
b"""
SECOND = """g1
(g2
(I0
tp16
g4
tp17
Rp18
(I1
(%stp19
g8
(S'%s'
p20
I0
I1
tp21
Rp22
(I3
g12
NNNI-1
I-1
I0
tp23
bI00
S%s
p24
tp25
b"""


def python2_pickle(features: NDArray[np.float64], targets: NDArray[np.int64]) -> bytes:
    """Return the bytes of such a file."""
    pieces = [_filled(FIRST, features), _filled(SECOND, targets)]
    return ("(" + "".join(pieces) + "tp26\n.").encode("ascii")


def _filled(form: str, array: NDArray[np.generic]) -> str:
    sizes = "".join(f"I{size}\n" for size in array.shape)
    little = array.astype(array.dtype.newbyteorder("<"))
    return form % (sizes, f"{array.dtype.kind}{array.dtype.itemsize}", repr(little.tobytes())[1:])
