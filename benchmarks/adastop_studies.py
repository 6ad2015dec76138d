"""What the package adastop says of simulated studies, beside seeds until decided of as many runs at most."""

from __future__ import annotations

import argparse
import contextlib
import io
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from kept_pieces import Piece
from simulated_studies import ROUNDING, Draw, failing, normal, on_images, two_arms

from striate.studies.looks.plan import Until, planned

SOME = 50  # studies in a piece, of which adastop judges two or three a second
MOST = 25  # runs of an arm that adastop draws at its defaults, 5 at each of 5 looks; ours may have as many
LEVELS = (0.01, 0.05)
OURS = "ours"


def adastop(given: argparse.Namespace) -> Iterator[Piece]:
    """Yield what seeds until decided say of --studies studies of each case, then what adastop says of --adastop of them."""
    plan = planned(Until(given.least, MOST))
    cases: dict[str, Draw] = {f"{d:3.1f} sd": normal(d, 0) for d in (0.0, 1.5, 2.0, 3.0)}
    cases |= {"0, spread 1 : 3": normal(0, 0, spreads=(1, 3)), "0, 1,000 images": on_images, "0, runs fail": failing}

    def ours(name: str, draw: Draw) -> list[list[float]]:
        one, other = draw(np.random.default_rng(4), given.studies, MOST)
        answer, ended = two_arms(one, other, plan, least=ROUNDING if "images" in name else 0.0)
        return [[float((answer > 0).sum()), float((answer < 0).sum()), float(ended.sum()), float(given.studies)]]

    def theirs(draw: Draw, piece: int) -> list[list[float]]:
        from adastop import MultipleAgentsComparator

        many = min(SOME, given.adastop)
        one, other = draw(np.random.default_rng((4, piece)), many, MOST)
        sums: list[list[float]] = []
        for alpha in LEVELS:
            mine = [0.0, 0.0, 0.0, float(many)]
            for a, b in zip(one, other, strict=True):
                judge = MultipleAgentsComparator(alpha=alpha, seed=0)
                n = 0
                with contextlib.redirect_stdout(io.StringIO()):
                    while not judge.is_finished and n < MOST:
                        n += 5
                        judge.partial_compare({"a": a[:n], "b": b[:n]}, verbose=False)
                found = next(iter(judge.decisions.values()))
                mine = [mine[0] + (found == "larger"), mine[1] + (found == "smaller"), mine[2] + n, mine[3]]
            sums.append(mine)
        return sums

    for name, draw in cases.items():
        yield f"{name}#{OURS}", partial(ours, name, draw)
    for piece in range(max(1, given.adastop // SOME)):
        for name, draw in cases.items():
            yield f"{name}#{piece}", partial(theirs, draw, piece)


def adastop_text(given: argparse.Namespace, found: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line a case and kind, of all its pieces."""
    for name in dict.fromkeys(key.partition("#")[0] for key in found):
        mine = {key.partition("#")[2]: np.array(sums) for key, sums in found.items() if key.partition("#")[0] == name}
        theirs = [sums for piece, sums in mine.items() if piece != OURS]
        rows = [*mine[OURS], *(np.sum(theirs, 0) if theirs else [])]
        for kind, (up, down, runs, many) in zip((OURS, *(f"adastop {level}" for level in LEVELS)), rows, strict=False):
            shares = f"{up / many:.4f} up, {down / many:.4f} down, {runs / many:.1f} runs an arm"
            yield f"{name:16} {kind:13} {shares} ({many:.0f} studies)"
