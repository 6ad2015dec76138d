"""Seeds until decided, against a fixed number: false verdicts, power and runs, on simulated studies and on digits.

    null      10,000 studies without a difference per case, whose looks are all looked at: false verdicts, with the upper end of
              the 95 % interval (Clopper-Pearson), which is to be at most 5.6 %
    two       power and runs at true differences of 1.5, 2 and 3 sd, for those of the fixed design of the same largest n
    racing    runs of five spread arms of which one is best, for those of the fixed design
    adastop   the package of that name at its defaults (n=5, K=5, alpha=.01) and at alpha=.05, on the same scores
    digits    runs of builtin studies on digits until all claims have ended, for those of a fixed number of seeds

The simulated rules are those of `striate.studies.claims`, written for all studies at once; `--check` holds them against the
claims themselves, study by study.
python benchmarks/bench_verdicts.py [null two racing adastop digits] [--studies 10000] [--adastop 200] [--least 3] [--most 12]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special, stats

from striate.studies.claims.choice import Choice
from striate.studies.claims.larger import Larger
from striate.studies.claims.outcome import Outcome
from striate.studies.looks.path import walk
from striate.studies.looks.plan import Plan, Until, planned

ROUNDING = 1 / 1000 / np.sqrt(12)  # of an accuracy on 1,000 images
BUILTIN = ("batchnorm", "residual", "augmentation", "optimizers", "step-gamma")
Array = Any
Draw = Callable[[np.random.Generator, int, int], list[Array]]


def p_values(one: Array, other: Array, n: int, least: float = 0.0) -> tuple[Array, Array]:
    """Return Welch's two-sided p and the effect of every study after ``n`` runs; arrays are studies x runs."""
    a, b = (np.maximum(x[:, :n].var(1, ddof=1), least**2) / n for x in (one, other))
    effect = one[:, :n].mean(1) - other[:, :n].mean(1)
    both = a + b
    safe = np.where(both > 0, both, 1.0)
    df = np.where(both > 0, safe**2 / np.where(both > 0, a * a + b * b, 1.0), 2.0) * (n - 1)
    p = 2 * special.stdtr(df, -np.abs(effect) / np.sqrt(safe))
    return np.where(both > 0, p, 1.0), effect


def two_arms(one: Array, other: Array, plan: Plan, comparisons: int = 1, least: float = 0.0) -> tuple[Array, Array]:
    """Return the sign of each study's answer, 0 where it has none, and at how many seeds it ended."""
    answer, ended = np.zeros(len(one), int), np.full(len(one), plan.sizes[-1])
    for n in plan.sizes:
        p, effect = p_values(one, other, n, least)
        now = (answer == 0) & (p < plan.level(n, comparisons))
        answer[now], ended[now] = np.sign(effect[now]).astype(int), n
    return answer, ended


def normal(*means: float, spreads: tuple[float, ...] = ()) -> Draw:
    """Return a drawing of arms with these means, in units of the first spread."""

    def draw(rng: np.random.Generator, studies: int, most: int) -> list[Array]:
        wide = spreads or (1.0,) * len(means)
        return [mean + sd * rng.normal(size=(studies, most)) for mean, sd in zip(means, wide, strict=True)]

    return draw


def on_images(rng: np.random.Generator, studies: int, most: int) -> list[Array]:
    """Draw two arms of accuracies on 1,000 images, near .98, where many runs are equal."""
    return [np.round(np.clip(0.98 + 0.001 * rng.normal(size=(studies, most)), 0, 1), 3) for _ in range(2)]


def failing(rng: np.random.Generator, studies: int, most: int) -> list[Array]:
    """Draw two arms of which each run fails with probability .2 and then counts as guessing."""
    arms = [0.9 + 0.01 * rng.normal(size=(studies, most)) for _ in range(2)]
    return [np.where(rng.random(arm.shape) < 0.2, 0.1, arm) for arm in arms]


def null(given: argparse.Namespace) -> None:
    """Print how often studies without a difference have an answer."""
    plan, rng = planned(Until(given.least, given.most)), np.random.default_rng(1)
    cases: dict[str, tuple[Draw, float]] = {
        "equal spread": (normal(0, 0), 0.0),
        "spread 1 : 3": (normal(0, 0, spreads=(1, 3)), 0.0),
        "spread 1 : 10": (normal(0, 0, spreads=(1, 10)), 0.0),
        "1,000 images": (on_images, ROUNDING),
        "runs fail with .2": (failing, 0.0),
        "a fixed 5, then 8": (normal(0, 0), 0.0),
    }
    for name, (draw, least) in cases.items():
        at = Plan((5, 8)) if name.startswith("a fixed") else plan
        one, other = draw(rng, given.studies, given.most)
        _told(name, int((two_arms(one, other, at, least=least)[0] != 0).sum()), given.studies)
    control, *arms = normal(*(0,) * 5)(rng, given.studies, given.most)
    wrong = np.any([two_arms(arm, control, plan, 4)[0] != 0 for arm in arms], 0)
    _told("a shared control, 4 arms", int(wrong.sum()), given.studies)
    chosen, _, _ = race(normal(0, 0, -1, -2, -3)(rng, given.studies, given.most), plan)
    _told("racing, two equal best", int((chosen >= 0).sum()), given.studies)


def _told(name: str, wrong: int, studies: int) -> None:
    high = float(stats.binomtest(wrong, studies).proportion_ci(0.95, "exact").high)
    print(f"null   {name:26} {100 * wrong / studies:5.2f} %   at most {100 * high:.2f} %   of {studies} studies")


def two(given: argparse.Namespace) -> None:
    """Print power and runs of two arms, sequential and fixed, on the same scores."""
    plan, rng = planned(Until(given.least, given.most)), np.random.default_rng(2)
    for apart in (0.0, 1.0, 1.5, 2.0, 3.0):
        one, other = normal(apart, 0)(rng, given.studies, given.most)
        answer, ended = two_arms(one, other, plan)
        p, effect = p_values(one, other, given.most)
        fixed = float(((p < plan.alpha) & (effect > 0)).mean())
        found, share = float((answer > 0).mean()), float(ended.mean()) / given.most
        print(f"two    {apart:3.1f} sd   power {found:.3f}, fixed {fixed:.3f}   runs {share:.3f} of the fixed design's")


def race(arms: list[Array], plan: Plan) -> tuple[Array, Array, Array]:
    """Return the arm that each study supports (-1: none), whether arm 0 was never dropped, and the runs of all arms."""
    k, studies = len(arms), len(arms[0])
    pairs = k * (k - 1) // 2
    racing, runs = np.ones((k, studies), bool), np.zeros(studies, int)
    chosen, before = np.full(studies, -1), 0
    for n in plan.sizes:
        live = racing.sum(0) > 1
        runs += np.where(live, racing.sum(0) * (n - before), 0)
        before, out = n, np.zeros_like(racing)
        for i in range(k):
            for j in range(i):
                p, effect = p_values(arms[i], arms[j], n)
                told = racing[i] & racing[j] & live & (p < plan.level(n, pairs))
                out[j] |= told & (effect > 0)
                out[i] |= told & (effect < 0)
        racing &= ~out
        ended = live & (racing.sum(0) == 1)
        chosen[ended] = racing.argmax(0)[ended]
    return chosen, racing[0], runs


def racing(given: argparse.Namespace) -> None:
    """Print the runs of a race of five arms, for those of the fixed design, and how often the best is kept."""
    plan, rng = planned(Until(given.least, given.most)), np.random.default_rng(3)
    for means in ((0, -1, -2, -3, -4), (0, -2, -4, -6, -8), (0, -2, -4, -8, -20), (0, -0.5, -3, -8, -30)):
        arms = normal(*means)(rng, given.studies, given.most)
        chosen, kept, runs = race(arms, plan)
        fixed = np.all([p_values(arms[0], arm, given.most)[0] < plan.alpha / 10 for arm in arms[1:]], 0)
        print(
            f"racing {means!s:22} runs {runs.mean() / (5 * given.most):.3f} of the fixed design's   best supported"
            f" {(chosen == 0).mean():.3f}, fixed {fixed.mean():.3f}   best kept {kept.mean():.4f}"
        )


def adastop(given: argparse.Namespace) -> None:
    """Print the same of the package adastop, which draws up to 25 runs of each arm at its defaults."""
    from adastop import MultipleAgentsComparator

    plan = planned(Until(given.least, given.most))
    cases = {f"{d:3.1f} sd": normal(d, 0) for d in (0.0, 1.5, 2.0, 3.0)}
    cases |= {"0, spread 1 : 3": normal(0, 0, spreads=(1, 3)), "0, 1,000 images": on_images, "0, runs fail": failing}
    for name, draw in cases.items():
        one, other = draw(np.random.default_rng(4), given.adastop, max(25, given.most))
        answer, ended = two_arms(one, other, plan, least=ROUNDING if "images" in name else 0.0)
        ours = f"ours {(answer > 0).mean():.3f} up, {(answer < 0).mean():.3f} down, {ended.mean():.1f} runs an arm"
        theirs: list[str] = []
        for alpha in (0.01, 0.05):
            found, seen = list[int](), list[int]()
            for a, b in zip(one, other, strict=True):
                judge = MultipleAgentsComparator(alpha=alpha, seed=0)
                n = 0
                with contextlib.redirect_stdout(io.StringIO()):
                    while not judge.is_finished and n < 25:
                        n += 5
                        judge.partial_compare({"a": a[:n], "b": b[:n]}, verbose=False)
                told = next(iter(judge.decisions.values()))
                found.append({"larger": 1, "smaller": -1}.get(told, 0))
                seen.append(n)
            up, down = np.mean(np.array(found) > 0), np.mean(np.array(found) < 0)
            theirs.append(f"adastop {alpha:g}: {up:.3f} up, {down:.3f} down, {np.mean(seen):.1f}")
        print(f"adastop {name:16} {ours}   {'   '.join(theirs)}   ({given.adastop} studies)", flush=True)


def digits(given: argparse.Namespace) -> None:
    """Run builtin studies on digits until their claims have ended, and print how many runs that took."""
    from striate.app.study import study

    total = whole = 0
    for name in given.builtin:
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            changes = {"data": "digits", "epochs": given.epochs}
            made = study(name, Path(folder) / "s", seeds=Until(given.least, given.most), changes=changes)
            runs = len(list(Path(folder).glob("s/runs/*/*/status.json")))
            fixed = len(made.answer.study.arms) * given.most
            answers = ", ".join(verdict.answer for verdict in made.answer.verdicts)
            took = time.perf_counter() - began
        total, whole = total + runs, whole + fixed
        print(f"digits {name:14} {runs} of {fixed} runs, {runs / fixed:.2f}   {answers}   {took:.0f} s", flush=True)
    print(f"digits all            {total} of {whole} runs, {total / whole:.2f}")


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


def main() -> None:
    """Measure and print."""
    parts = {"null": null, "two": two, "racing": racing, "adastop": adastop, "digits": digits}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(parts)}; without one, the first three")
    parser.add_argument("--studies", type=int, default=10_000)
    parser.add_argument("--adastop", type=int, default=200, help="studies that adastop judges, some a second")
    parser.add_argument("--least", type=int, default=3)
    parser.add_argument("--most", type=int, default=12)
    parser.add_argument("--builtin", nargs="+", default=BUILTIN, help="studies to run on digits")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    if given.check:
        check(200)
    for part in given.parts or ("null", "two", "racing"):
        parts[part](given)


if __name__ == "__main__":
    main()
