"""What a sheet trains: a run or a study, at one of three budgets.

quick      the digits that come with scikit-learn (or the generated table of features): all of a sheet in a few minutes; of
           the large data sets, where they are asked for, as many images as the digits have
evening    the real images, with fewer epochs and fewer of them: hours
full       the real images, as the question asks: a day or more on a few cores
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from striate.base.catalog import unknown
from striate.base.errors import StudyError, listed

Budget = Literal["quick", "evening", "full"]
BUDGETS: tuple[Budget, ...] = get_args(Budget)
Kind = Literal["images", "table"]
"""What the data are: images, or a table of features and targets."""
OFFLINE: Mapping[Kind, str] = {"images": "digits", "table": "sums"}
TABLES = (".pkl", ".npz")
REAL = "real"
"""In place of a data set: the one that each question is asked of, at any budget."""
LARGE = ("mnist", "fashion-mnist", "cifar10", "cifar100")
SAMPLE: Mapping[str, Any] = {"train_images": 1400, "validation": 0.02}
"""What the budget quick takes of these: about as many images as the digits have; 2 % of 50,000 are 1,000."""


def _none() -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Work:
    """A run of a recipe or, where ``study`` names one, all runs of a study; parts speak of it by its ``name``.

    ``study`` is a builtin study or the path of a study file. ``changes`` are fields of the recipe, or of the study's base
    recipe, at every budget; ``quick``, ``evening`` and ``full`` are what else differs at one. ``real`` is the data set of the
    evening and full budgets. ``seeds`` are the runs of each arm at the three budgets. ``offline`` is what else
    differs at the budget quick on the data that are there without a download, which are learned sooner.
    """

    name: str
    study: str = ""
    changes: Mapping[str, Any] = field(default_factory=_none)
    quick: Mapping[str, Any] = field(default_factory=_none)
    evening: Mapping[str, Any] = field(default_factory=_none)
    full: Mapping[str, Any] = field(default_factory=_none)
    real: str = "cifar10"
    kind: Kind = "images"
    seeds: tuple[int, int, int] = (1, 3, 5)
    offline: Mapping[str, Any] = field(default_factory=_none)

    def __post_init__(self) -> None:
        """Raise StudyError for fields of another kind than they take."""
        where = f"work {self.name!r}"
        for what in ("changes", "quick", "evening", "full", "offline"):
            if not isinstance(getattr(self, what), Mapping):
                raise StudyError(
                    f"{where}: {what} is {getattr(self, what)!r}, and must be a dict of fields of the recipe"
                )
        counts = cast("Sequence[object]", self.seeds)
        if len(counts) != len(BUDGETS) or any(not isinstance(n, int) or n < 1 for n in counts):
            raise StudyError(
                f"{where}: seeds are {self.seeds!r}, and must be three numbers of runs, for {listed(BUDGETS)}"
            )
        if self.kind not in OFFLINE:
            raise StudyError(f"{where}: {unknown('kind', self.kind, OFFLINE)}")

    def changed(self, budget: Budget, data: str | None = None) -> dict[str, Any]:
        """Return the fields that differ from the recipe's defaults, or from the study's base, at ``budget``.

        ``data`` replaces the data set where it is of the same kind: a table ends in .pkl or .npz, all else are images; REAL
        is each work's own.
        """
        own = OFFLINE[self.kind] if budget == "quick" and data != REAL else self.real
        fits = data is not None and data != REAL and (data.endswith(TABLES) or data == "sums") == (self.kind == "table")
        chosen = data if data is not None and fits else own
        sample = SAMPLE if budget == "quick" and chosen in LARGE else {}
        at: Mapping[Budget, Mapping[str, Any]] = {"quick": self.quick, "evening": self.evening, "full": self.full}
        less = self.offline if budget == "quick" and chosen == OFFLINE[self.kind] else {}
        return {"data": chosen, **self.changes, **sample, **at[budget], **less}

    def runs(self, budget: Budget) -> int:
        """Return how many runs each arm has at ``budget``."""
        return self.seeds[BUDGETS.index(budget)]
