"""What to write in a paper: how a study was done and what came out, in the sentences that a reviewer's checklist asks for.

Unit and number of runs, data and splits, test and smallest difference worth having, looks, effects with their intervals and
spreads, runs that failed, machine, and the hash of what was fixed before the first run. Everything is read from the record
of a study or of judged runs; what that does not say is left out, not guessed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from striate.base.disk.sealed_json import checked
from striate.base.errors import counted, listed, printable
from striate.data.catalog import one_of
from striate.reports.kit.numerals import effect
from striate.reports.proof.latex import escaped
from striate.reports.study.cards import turned
from striate.reports.study.records import StudyRecord
from striate.studies.claims.kinds import claim_kind
from striate.studies.claims.larger import factor_text
from striate.studies.looks.path import price
from striate.studies.looks.plan import ALPHA, Plan, PlanForm

SPENDING = (
    "the levels of the looks spend the error as the third power of the share of runs (Kim and DeMets, 1987), calibrated by"
    " simulation for Welch's t at few runs"
)
SOFTWARE = (("torch", "PyTorch"), ("numpy", "NumPy"), ("python", "Python"), ("striate", "Striate"))


@dataclass(frozen=True)
class Methods:
    """The paragraph, sentence by sentence: of what was done, and of what came out."""

    done: tuple[str, ...]
    found: tuple[str, ...]

    def __post_init__(self) -> None:
        """Keep a name, which may be a stranger's, from beginning a line of its own."""
        for part in ("done", "found"):
            object.__setattr__(self, part, tuple(map(printable, getattr(self, part))))

    def text(self) -> str:
        """Return it as plain text, one paragraph for each part."""
        return "\n\n".join(" ".join(part) for part in (self.done, self.found) if part)

    def markdown(self) -> str:
        """Return it as Markdown, with what came out as a list."""
        special = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>#|"})
        told = [" ".join(self.done).translate(special)]
        told += ["\n".join(f"- {sentence.translate(special)}" for sentence in self.found)] if self.found else []
        return "\n\n".join(told)

    def latex(self) -> str:
        """Return it for plain LaTeX, with what came out as a list."""
        told = [escaped(" ".join(self.done))]
        if self.found:
            items = [f"\\item {escaped(sentence)}" for sentence in self.found]
            told.append("\n".join(["\\begin{itemize}", *items, "\\end{itemize}"]))
        return "\n\n".join(told)


def methods_of(study: StudyRecord) -> Methods:
    """Return what a paper should say of ``study``, which may be unfinished."""
    done = [
        _design(study),
        _data(study),
        *_tests(study),
        *_looks(study),
        _failed(study),
        *(() if study.base else study.notes),  # what a log or a gate does not say, or says of itself
        _machine(study),
        _fixed(study),
    ]
    found = [sentence for verdict in study.verdicts if (sentence := _finding(verdict))]
    return Methods(tuple(sentence for sentence in done if sentence), tuple(found))


def setup_of(study: StudyRecord) -> tuple[str, ...]:
    """Return how the runs of ``study`` were compared, without what they were trained on and with."""
    told = (_design(study), *_tests(study), *_looks(study), _failed(study))
    return tuple(printable(sentence) for sentence in told if sentence)


def _design(study: StudyRecord) -> str:
    numbers = {arm.name: sum(run.status in ("finished", "diverged") for run in arm.runs) for arm in study.arms}
    same = len(set(numbers.values())) == 1
    each = f"{counted(next(iter(numbers.values()), 0), 'run')} each" if same else "runs as follows"
    names = listed([name if same else f"{name} (n = {n})" for name, n in numbers.items()])
    one = one_of(str(study.base.get("data")))
    drawn = (
        f"; the seed of a run draws its first weights, the order of the {one}s, augmentation and dropout"
        if study.base
        else ""
    )
    arms = counted(len(study.arms), "arm")
    return f"{arms} were compared with {each}: {names}. The unit of analysis is one training run{drawn}."


def _data(study: StudyRecord) -> str:
    environment = next((run.environment for run in study.runs if run.environment), {})
    if not study.base:
        return ""
    one = one_of(str(study.base.get("data")))
    sizes = [
        counted(environment[key], f"{word} {one}")
        for key, word in (("train_images", "training"), ("val_images", "validation"))
        if isinstance(environment.get(key), int)
    ]
    split = f" ({' and '.join(sizes)})" if sizes else ""
    base = f"Each run trained net {study.base.get('net')} on {study.base.get('data')}{split}"
    epochs = study.base.get("epochs")
    length = f" for {counted(int(epochs), 'epoch')}" if isinstance(epochs, int) else ""
    if study.base.get("validate_on_test"):
        tested = f"The checkpoint was chosen on the test {one}s, so test accuracies are optimistically biased."
    else:
        tested = "Test accuracy is that of the checkpoint with the best validation accuracy, scored once."
    return f"{base}{length}. {tested}"


def _tests(study: StudyRecord) -> list[str]:
    kinds = list(dict.fromkeys(str(claim.get("kind")) for claim in study.claims))
    if not kinds:
        return []
    used = dict.fromkeys(claim_kind(kind).compared_by(study.paired) for kind in kinds)
    several, level = len(study.claims) > 1, study.plan.get("alpha")
    alpha = f"{100 * (level if isinstance(level, float) else ALPHA):.3g} %"
    told = [
        f"Arms were compared by {listed(list(used))}. Each claim errs with probability {alpha} at most, shared among its"
        f" comparisons by Bonferroni's inequality{'; the claims are not corrected for one another' if several else ''}."
    ]
    margins = [
        f"a factor of {factor_text(margin)} for “{claim.get('name')}”"
        if claim.get("log")
        else f"{_worth(margin, _unit(claim))} for “{claim.get('name')}”"
        for claim in study.claims
        if isinstance(margin := claim.get("margin"), (int, float))
    ]
    if margins:
        told.append(
            "A claim is supported when its interval lies above 0 and not wholly below the smallest difference worth having,"
            " refuted when it lies wholly below that difference, and undecided else, also where every run of an arm"
            " failed, or runs were all equal, and they are too few to judge by that. The smallest"
            f" {'difference worth having was' if len(margins) == 1 else 'differences worth having were'} {'; '.join(margins)}."
        )
    return told


def _unit(claim: Mapping[str, Any]) -> str:
    """Return the unit of a margin; that of a quantity is its own, whose name is told."""
    unit = str(claim.get("unit") or claim_kind(claim.get("kind")).unit)
    return unit or (f"in {claim['metric']}" if claim.get("metric") else "")


def _worth(margin: float, unit: str) -> str:
    """Return a margin with its unit: `0.005 of accuracy`, `1 epoch`, `2 epochs`."""
    return f"{margin:g} {unit.removesuffix('s') if margin == 1 else unit}".strip()


def _looks(study: StudyRecord) -> list[str]:
    looks: Sequence[int] = study.plan.get("looks") or ()
    if len(looks) < 2:
        return ["The data were looked at once."] if (study.base or study.asked) and study.claims else []
    each = len(looks) == looks[-1] - looks[0] + 1
    when = f"after each of {looks[0]} to {looks[-1]} seeds" if each else f"with {listed([str(n) for n in looks])} seeds"
    told = (
        f"The data were looked at {when}{', for as long as a claim was open' if study.until else ''}; {SPENDING}. Intervals are"
        " repeated confidence intervals, which hold for all looks together, whoever stops when."
    )
    if (chance := study.plan.get("futility")) and isinstance(chance, float):
        first = study.plan.get("futile_from")
        since = f", from {first} seeds on," if isinstance(first, int) and first > looks[0] else ""
        told += f" A comparison that the last look would have decided with a predictive probability below {100 * chance:g} %"
        told += f" got no more seeds{since} and stayed undecided; the error is as without that (non-binding futility)."
    cost = _cost(study)
    return [told, *([f"{cost[:1].upper()}{cost[1:]}."] if cost else [])]


def _cost(study: StudyRecord) -> str:
    """Return what looks cost that nobody had planned; empty where all were, and where the record does not say."""
    try:
        plan = checked(study.plan, PlanForm)
    except ValueError:
        return ""
    return price(Plan.from_json(plan), {int(n): level for n, level in plan.get("shown", {}).items()})


def _failed(study: StudyRecord) -> str:
    ended = [run for run in study.runs if run.status in ("finished", "diverged")]
    diverged = sum(run.status == "diverged" for run in ended)
    as_what = (
        "diverged and counted as guessing" if study.base else "failed and counted with a value that was given for such"
    )
    told = [f"{counted(diverged, 'run')} of {len(ended)} {as_what}"] if diverged else []
    if study.failures:
        told.append(f"{counted(len(study.failures), 'run')} could not be completed and are not counted")
    if not told:
        return "No run was left out." if ended and study.base else ""
    return f"{'; '.join(told)}; no other run was left out."


def _machine(study: StudyRecord) -> str:
    seen: dict[str, None] = {}
    for run in study.runs:
        made: Mapping[str, Any] = run.environment
        if made:
            parts = [made.get("processor"), made.get("device"), made.get("precision")]
            soft = [f"{name} {made[key]}" for key, name in SOFTWARE if made.get(key)]
            seen[", ".join([*(str(part) for part in parts if part), *soft])] = None
    seconds = [run.seconds for run in study.runs if run.seconds is not None]
    spent = f"; {_hours(sum(seconds))} of training in all" if seconds else ""
    return f"The runs were done with {listed(list(seen))}{spent}." if seen else ""


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f} hours" if seconds >= 3600 else f"{seconds / 60:.1f} minutes"


def _fixed(study: StudyRecord) -> str:
    if study.asked:
        what = "Claims, arms and recipe" if study.base else "Claim and commands"
        return f"{what} were fixed before the first run (SHA-256 {study.asked})."
    return "" if study.base else "The claims were stated when the runs had been done."


def _finding(verdict: Mapping[str, Any]) -> str:
    """Return one verdict with the numbers of every comparison."""
    told = f"{str(verdict.get('statement', '')).rstrip('.')}: {verdict.get('answer')}"
    details: Mapping[str, Any] = verdict.get("details") or {}
    sooner = verdict.get("kind") == "sooner"
    unit = str(details.get("unit") or "epochs") if sooner else "decades" if details.get("log") else ""
    numbers = [_numbers(entry, unit, turn=turned(verdict)) for entry in verdict.get("comparisons") or ()]
    least = verdict.get("detectable")
    seen = isinstance(least, (int, float)) and math.isfinite(least)
    tail = [f"smallest effect that would have been seen with power .8: {least:.3g} {unit}".rstrip()] if seen else []
    return f"{'; '.join([told, *numbers, *tail])}."


def _numbers(entry: Mapping[str, Any], unit: str, *, turn: bool) -> str:
    n = f"n = {entry.get('n_treatment')} and {entry.get('n_control')}"
    level = entry.get("confidence")
    at = f", {100 * level:.4g} % interval" if isinstance(level, float) else ""
    spreads = [entry.get("sd_treatment"), entry.get("sd_control")]
    sd = f", standard deviations {spreads[0]:.3g} and {spreads[1]:.3g}" if None not in spreads else ""
    arms = [str(entry.get(side)) for side in ("treatment", "control")]
    less = " less ".join(reversed(arms) if turn else arms)
    return f"{less} {effect(entry, unit)} ({n}{at}{sd})"
