"""One root seed, and from it a named generator for every purpose.

A draw is a function of (seed, stream, indices) and never of what was drawn before. So a treatment that draws more
numbers from one stream leaves the others bit-identical, and a resumed run needs no stored generator.
The habit is airbench96's separate augmentation and order seeds; the keying is NumPy's ``SeedSequence``.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

Stream = Literal["init", "order", "augment", "dropout", "evaluation", "split"]
STREAMS: tuple[Stream, ...] = get_args(Stream)


def _sequence(seed: int, stream: Stream, indices: tuple[int, ...]) -> np.random.SeedSequence:
    return np.random.SeedSequence(entropy=seed, spawn_key=(STREAMS.index(stream), *indices))


def generator(seed: int, stream: Stream, *indices: int) -> np.random.Generator:
    """Return the generator of ``stream`` at ``indices``, for example (epoch, step); ``seed`` is at least 0."""
    return np.random.Generator(np.random.PCG64(_sequence(seed, stream, indices)))


def integer(seed: int, stream: Stream, *indices: int) -> int:
    """Return one seed in [0, 2**63) of ``stream`` at ``indices``, for libraries that keep their own generators."""
    high, low = _sequence(seed, stream, indices).generate_state(2)
    return (int(high) << 32 | int(low)) >> 1
