"""What the package adastop says of simulated studies, beside seeds until decided on the same scores."""

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

SOME = 50  # studies in a piece


def adastop(given: argparse.Namespace) -> Iterator[Piece]:
    """Yield what the package adastop says, which draws up to 25 runs of each arm at its defaults, 50 studies a piece."""
    plan = planned(Until(given.least, given.most))
    cases = {f"{d:3.1f} sd": normal(d, 0) for d in (0.0, 1.5, 2.0, 3.0)}
    cases |= {"0, spread 1 : 3": normal(0, 0, spreads=(1, 3)), "0, 1,000 images": on_images, "0, runs fail": failing}

    def told(name: str, draw: Draw, piece: int) -> list[list[float]]:
        from adastop import MultipleAgentsComparator

        one, other = draw(np.random.default_rng((4, piece)), min(SOME, given.adastop), max(25, given.most))
        answer, ended = two_arms(one, other, plan, least=ROUNDING if "images" in name else 0.0)
        sums = [[float((answer > 0).sum()), float((answer < 0).sum()), float(ended.sum())]]
        for alpha in (0.01, 0.05):
            mine = [0.0, 0.0, 0.0]
            for a, b in zip(one, other, strict=True):
                judge = MultipleAgentsComparator(alpha=alpha, seed=0)
                n = 0
                with contextlib.redirect_stdout(io.StringIO()):
                    while not judge.is_finished and n < 25:
                        n += 5
                        judge.partial_compare({"a": a[:n], "b": b[:n]}, verbose=False)
                found = next(iter(judge.decisions.values()))
                mine = [mine[0] + (found == "larger"), mine[1] + (found == "smaller"), mine[2] + n]
            sums.append(mine)
        return sums

    for piece in range(max(1, given.adastop // SOME)):
        for name, draw in cases.items():
            yield f"{name}#{piece}", partial(told, name, draw, piece)


def adastop_text(given: argparse.Namespace, found: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line a case, of all its pieces."""
    for name in dict.fromkeys(key.partition("#")[0] for key in found):
        pieces = [np.array(sums) for key, sums in found.items() if key.partition("#")[0] == name]
        many = len(pieces) * min(SOME, given.adastop)
        rows = np.sum(pieces, 0) / many
        words = [f"{up:.4f} up, {down:.4f} down, {n:.1f} runs an arm" for up, down, n in rows]
        kinds = ("ours", "adastop 0.01", "adastop 0.05")
        yield f"adastop {name:16} {'   '.join(map(': '.join, zip(kinds, words, strict=True)))}   ({many} studies)"
