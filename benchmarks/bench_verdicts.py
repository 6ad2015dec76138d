"""Seeds until decided, against a fixed number: false verdicts, power and runs, on simulated studies and on digits.

    null      10,000 studies without a difference per case, whose looks are all looked at: false verdicts, with the upper end of
              the 95 % interval (Clopper-Pearson), which is to be at most 5.6 %
    two       power and runs at true differences of 1.5, 2 and 3 sd, for those of the fixed design of the same largest n
    six       the same of five treatments and their control, of which one treatment is better, or all are
    racing    runs of five spread arms of which one is best, for those of the fixed design
    adastop   the package of that name at its defaults (n=5, K=5, alpha=.01) and at alpha=.05, beside ours of at most 25
    digits    runs of builtin studies on digits until all claims have ended, for those of a fixed number of seeds

The rules are those of `simulated_studies.py`; `--check` holds them against the claims themselves, study by study. Each part is
cut in pieces, which --kept FOLDER keeps: the same command goes on after the last one, begins none after --minutes, and prints
what all of them together say.

python benchmarks/bench_verdicts.py [null two six racing adastop digits] [--kept FOLDER] [--minutes 8]
    [--studies 10000] [--adastop 200] [--least 3] [--most 12]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from adastop_studies import adastop, adastop_text
from kept_pieces import Piece, Told, Work, measure
from scipy import stats
from simulated_studies import ROUNDING, Draw, failing, futile, normal, on_images, p_values, race, two_arms

from striate.studies.claims.choice import Choice
from striate.studies.claims.larger import Larger
from striate.studies.claims.outcome import Outcome
from striate.studies.looks.path import walk
from striate.studies.looks.plan import Plan, Until, planned

BUILTIN = ("batchnorm", "residual", "augmentation", "optimizers", "step-gamma")


def null(given: argparse.Namespace) -> Iterator[Piece]:
    """Yield how often studies without a difference have an answer, case by case."""
    plan = planned(Until(given.least, given.most))
    cases: dict[str, tuple[Draw, float]] = {
        "equal spread": (normal(0, 0), 0.0),
        "spread 1 : 3": (normal(0, 0, spreads=(1, 3)), 0.0),
        "spread 1 : 10": (normal(0, 0, spreads=(1, 10)), 0.0),
        "1,000 images": (on_images, ROUNDING),
        "runs fail with .2": (failing, 0.0),
        "a fixed 5, then 8": (normal(0, 0), 0.0),
    }

    def told(draw: Draw, least: float, at: Plan) -> int:
        one, other = draw(np.random.default_rng(1), given.studies, given.most)
        return int((two_arms(one, other, at, least=least)[0] != 0).sum())

    def shared() -> int:
        control, *arms = normal(*(0,) * 5)(np.random.default_rng(1), given.studies, given.most)
        return int(np.any([two_arms(arm, control, plan, 4)[0] != 0 for arm in arms], 0).sum())

    def raced() -> int:
        return int(
            (race(normal(0, 0, -1, -2, -3)(np.random.default_rng(1), given.studies, given.most), plan)[0] >= 0).sum()
        )

    for name, (draw, least) in cases.items():
        yield name, partial(told, draw, least, Plan((5, 8)) if name.startswith("a fixed") else plan)
    yield "a shared control, 4 arms", shared
    yield "racing, two equal best", raced


def null_text(given: argparse.Namespace, found: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line a case, with the upper end of the interval."""
    for name, wrong in found.items():
        high = float(stats.binomtest(wrong, given.studies).proportion_ci(0.95, "exact").high)
        yield f"null   {name:26} {100 * wrong / given.studies:5.2f} %   at most {100 * high:.2f} %   of {given.studies} studies"


def two(given: argparse.Namespace) -> Iterator[Piece]:
    """Yield power and runs of two arms, sequential and fixed, on the same scores."""
    plan = planned(Until(given.least, given.most))

    def told(apart: float) -> list[float]:
        one, other = normal(apart, 0)(np.random.default_rng(2), given.studies, given.most)
        answer, ended = two_arms(one, other, plan)
        p, effect = p_values(one, other, given.most)
        fixed = float(((p < plan.alpha) & (effect > 0)).mean())
        return [float((answer > 0).mean()), fixed, float(ended.mean()) / given.most]

    for apart in (0.0, 1.0, 1.5, 2.0, 3.0):
        yield f"{apart:3.1f} sd", partial(told, apart)


def six(given: argparse.Namespace) -> Iterator[Piece]:
    """Yield the same of five treatments, one of them better or all, that share a control."""
    plan, many = planned(Until(given.least, given.most)), 5

    def told(*means: float) -> list[float]:
        *treatments, control = normal(*means, 0)(np.random.default_rng(6), given.studies, given.most)
        going, open_, runs = np.ones(given.studies, bool), np.ones((many, given.studies), bool), np.zeros(given.studies)
        right, before, better = np.zeros(given.studies, bool), 0, [i for i, mean in enumerate(means) if mean > 0] or [0]
        for n in plan.sizes:
            runs += np.where(going, (n - before) * (1 + open_.sum(0)), 0)
            before, answers = n, [p_values(arm, control, n) for arm in treatments]
            up = [going & open_[i] & (p < plan.level(n, many)) & (e > 0) for i, (p, e) in enumerate(answers)]
            right |= np.any([up[i] for i in better], 0)
            for i, (p, e) in enumerate(answers):
                open_[i] &= ~((p < plan.level(n, many)) & (e < 0) | futile(treatments[i], control, n, plan, many))
            going &= ~np.any(up, 0) & open_.any(0)
        last = [p_values(treatments[i], control, given.most) for i in better]
        fixed = float(np.any([(p < plan.alpha / many) & (effect > 0) for p, effect in last], 0).mean())
        return [float(right.mean()), fixed, float(runs.mean()) / ((many + 1) * given.most)]

    for apart in (0.0, 1.5, 2.0, 3.0):
        yield f"{apart:3.1f} sd, one", partial(told, apart, *(0,) * (many - 1))
        yield f"{apart:3.1f} sd, all", partial(told, *(apart,) * many)


def power_text(part: str, found: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line a difference."""
    for name, (power, fixed, share) in found.items():
        yield f"{part:6} {name}   power {power:.3f}, fixed {fixed:.3f}   runs {share:.3f} of the fixed design's"


def racing(given: argparse.Namespace) -> Iterator[Piece]:
    """Yield the runs of a race of five arms, for those of the fixed design, and how often the best is kept."""
    plan = planned(Until(given.least, given.most))

    def told(means: tuple[float, ...]) -> list[float]:
        arms = normal(*means)(np.random.default_rng(3), given.studies, given.most)
        chosen, kept, runs = race(arms, plan)
        fixed = np.all([p_values(arms[0], arm, given.most)[0] < plan.alpha / 10 for arm in arms[1:]], 0)
        share = runs.mean() / (5 * given.most)
        return [float(share), float((chosen == 0).mean()), float(fixed.mean()), float(kept.mean())]

    for means in ((0, -1, -2, -3, -4), (0, -2, -4, -6, -8), (0, -2, -4, -8, -20), (0, -0.5, -3, -8, -30)):
        yield str(means), partial(told, means)


def racing_text(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line a race."""
    for name, (share, best, fixed, kept) in found.items():
        yield (
            f"racing {name:22} runs {share:.3f} of the fixed design's   best supported {best:.3f}, fixed {fixed:.3f}"
            f"   best kept {kept:.4f}"
        )


def digits(given: argparse.Namespace) -> Iterator[Piece]:
    """Yield how many runs builtin studies on digits take until their claims have ended; a study that was cut goes on."""

    def told(name: str) -> list[Any]:
        from striate.app.study import study

        with tempfile.TemporaryDirectory() as own:
            folder = (given.kept or Path(own)) / f"digits-{name}"
            changes = {"data": "digits", "epochs": given.epochs}
            made = study(name, folder, seeds=Until(given.least, given.most), changes=changes)
            runs = len(list(folder.glob("runs/*/*/status.json")))
        answers = ", ".join(verdict.answer for verdict in made.answer.verdicts)
        return [runs, len(made.answer.study.arms) * given.most, answers]

    for name in given.builtin:
        yield name, partial(told, name)


def digits_text(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line a study, and one of all."""
    for name, (runs, fixed, answers) in found.items():
        yield f"digits {name:14} {runs} of {fixed} runs, {runs / fixed:.2f}   {answers}"
    total, whole = (sum(row[place] for row in found.values()) for place in (0, 1))
    yield f"digits all            {total} of {whole} runs, {total / max(1, whole):.2f}"


def check(studies: int) -> None:
    """Raise AssertionError where a claim itself answers otherwise than the rules above."""
    plan, rng = planned(Until(3, 8)), np.random.default_rng(5)
    one, other = 0.5 + 0.02 * rng.normal(size=(2, studies, 8)) + np.array([0.02, 0])[:, None, None]
    answer, ended = two_arms(one, other, plan)
    claim = Larger("c", "t above c", ("t",), "c", "val/x", 0.0)
    race_claim = Choice("r", "one is best", ("t", "c", "u"), "final", 0.0)
    third = 0.47 + 0.02 * rng.normal(size=(studies, 8))
    chosen, _, _ = race([one, other, third], plan)
    for i in range(studies):
        runs = [
            Outcome(arm, s, "finished", 0.1, 1, 10, 2, 10**9, (float(v),), (1.0,), None, last={"val/x": float(v)})
            for arm, values in (("t", one[i]), ("c", other[i]), ("u", third[i]))
            for s, v in enumerate(values)
        ]
        found = walk(claim.arms, claim.judge, runs, plan, range(8)).verdict
        raced = walk(race_claim.arms, race_claim.judge, runs, plan, range(8)).verdict
        assert found is not None
        assert raced is not None
        told = {"supported": 1, "refuted": -1, "undecided": 0}[found.answer]
        assert (told, found.looks[-1].seeds) == (answer[i], ended[i]), (i, found.reason, answer[i], ended[i])
        assert (raced.answer == "supported") == (chosen[i] >= 0), (i, raced.reason, chosen[i])
    print(f"check  the claims answer {studies} studies as the rules do")


PARTS: dict[str, tuple[Work, Told]] = {
    "null": (null, null_text),
    "two": (two, lambda given, found: power_text("two", found)),
    "six": (six, lambda given, found: power_text("six", found)),
    "racing": (racing, lambda given, found: racing_text(found)),
    "adastop": (adastop, adastop_text),
    "digits": (digits, lambda given, found: digits_text(found)),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; without one, the first four")
    parser.add_argument("--kept", type=Path, help="folder of the pieces that are done, for a command that goes on")
    parser.add_argument("--minutes", type=float, default=8.0, help="after which no further piece begins")
    parser.add_argument("--studies", type=int, default=10_000)
    parser.add_argument("--adastop", type=int, default=200, help="studies that adastop judges, two or three a second")
    parser.add_argument("--least", type=int, default=3)
    parser.add_argument("--most", type=int, default=12)
    parser.add_argument("--builtin", nargs="+", default=BUILTIN, help="studies to run on digits")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    if given.check:
        check(200)
    until = time.monotonic() + 60 * given.minutes
    for part in given.parts or ("null", "two", "six", "racing"):
        measure(part, *PARTS[part], given, until)


if __name__ == "__main__":
    main()
