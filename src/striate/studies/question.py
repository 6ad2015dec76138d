"""A study: a question with arms, seeds and claims, fixed before it runs.

A builtin study and a user's own have one form: a Python file with a base recipe and a function that makes the study from it,

    BASE = Recipe(...)
    def study(base: Recipe) -> Study: ...

so that `--set`, `--data` and `--epochs` change the base, and the arms follow, for their numbers are written as rules.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from striate.base.catalog import unknown
from striate.base.disk.files import digest
from striate.base.errors import RecipeError, StudyError, listed
from striate.nets.custom.naming import is_own
from striate.studies.claims.verdict import Claim
from striate.studies.layout import origins
from striate.studies.looks.plan import Until
from striate.training.recipe.engine_nets import options_of
from striate.training.recipe.recipe import Recipe
from striate.training.recipe.starting import ARM, of_arm

LONGEST_SLUG = 100  # letters; a name of a folder has 255 at most
Tests = Literal["every", "chosen", "none"]


@dataclass(frozen=True)
class Search:
    """The range of one field: a number from ``low`` to ``high``, both included, even in its logarithm where ``log``.

    ``choices`` are its values where they are not a range: a net, yes or no. ``trials`` is how many values a sampler proposes;
    None where the arms are a grid, fixed beforehand.
    """

    field: str
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    whole: bool = False
    step: float | None = None
    trials: int | None = None
    choices: tuple[Any, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the fields by name, without choices where there are none."""
        return {key: value for key, value in asdict(self).items() if key != "choices" or value}


@dataclass(frozen=True)
class Arm:
    """One recipe of a study, as the fields in which it differs from the base."""

    name: str
    changes: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def slug(self) -> str:
        """The arm's name as a folder name: lower case, digits and dashes.

        A long one is cut, and told apart by its hash; so is one with letters or digits of other scripts, which are left out.
        """
        slug = re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-") or "arm"
        if any(letter.isalnum() and not letter.isascii() for letter in self.name):
            return f"{slug[:LONGEST_SLUG]}-{digest(self.name.encode())[:8]}"
        return slug if len(slug) <= LONGEST_SLUG else f"{slug[:LONGEST_SLUG]}-{digest(slug.encode())[:8]}"


@dataclass(frozen=True)
class Study:
    """A question, fixed before it runs. Construction raises StudyError when arms, seeds or claims do not fit together."""

    name: str
    question: str
    base: Recipe
    arms: tuple[Arm, ...]
    claims: tuple[Claim, ...]
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    notes: tuple[str, ...] = ()
    tests: Tests = "every"
    """Which arms are scored on the test images: every one, only the one that the first claim chooses, or none."""
    search: Search | tuple[Search, ...] | None = None
    """Where the arms are values of one field, or of several together: the ranges from which a sampler may propose others."""
    words: tuple[str, ...] = ()
    """What the command line gave beside the base recipe, where that says more than a name: for the command that repeats it."""
    paired: bool = False
    """Whether runs of one seed are compared as pairs: for arms that share start weights, say."""

    def __post_init__(self) -> None:
        """Check that every arm has a name and a recipe of its own, and that the claims speak of arms that exist."""
        if not self.arms:
            raise StudyError(f'study "{self.name}" has no arms; give it at least one')
        slugs = [arm.slug for arm in self.arms]
        for arm in self.arms:
            # Two names may differ and still share a folder: `BN x5` and `bn-x5`.
            if slugs.count(arm.slug) > 1:
                other = next(one.name for one in self.arms if one is not arm and one.slug == arm.slug)
                told = (
                    f'"{arm.name}"' if other == arm.name else f'"{arm.name}" and "{other}", both the folder {arm.slug}'
                )
                raise StudyError(f'study "{self.name}": two arms are named {told}; give each a name of its own')
            if "seed" in arm.changes:
                raise StudyError(
                    f'study "{self.name}", arm "{arm.name}": every run has a seed of its own; leave seed out'
                )
            try:
                self.base.change(**arm.changes)
            except RecipeError as error:
                raise StudyError(f'study "{self.name}", arm "{arm.name}": {error}') from error
        self._refuse_twins()
        for arm in self.arms:
            self.origins(arm)
        known = [arm.name for arm in self.arms]
        for claim in self.claims:
            for name in claim.arms:
                if name not in known:
                    raise StudyError(f'study "{self.name}", claim "{claim.name}": {unknown("arm", name, known)}')
        self._refuse_seeds(self.seeds)

    def _refuse_seeds(self, seeds: object) -> None:
        several: list[Any] = list(seeds) if isinstance(seeds, (tuple, list, range)) else []
        if not several or len({seed for seed in several if type(seed) is int and seed >= 0}) < len(several):
            told = list(seeds) if isinstance(seeds, tuple) else repr(seeds)
            raise StudyError(
                f'study "{self.name}": seeds are {told}, and must be different whole numbers from 0 on, as (0, 1, 2)'
            )
        try:
            self.base.change(seed=max(several))
        except RecipeError as error:
            raise StudyError(f'study "{self.name}": {error}') from error

    @property
    def searches(self) -> tuple[Search, ...]:
        """The ranges of the fields that the study chooses, one after another; empty where it chooses none."""
        return (self.search,) if isinstance(self.search, Search) else self.search or ()

    @property
    def trials(self) -> int | None:
        """How many values a sampler proposes; None where the arms are fixed beforehand."""
        return self.searches[0].trials if self.searches else None

    def _refuse_twins(self) -> None:
        """Raise StudyError where two arms are one recipe, be it only because the net has by itself what one of them sets."""
        written = [self.recipe(arm, 0) for arm in self.arms]
        recipes = [(recipe.model_copy(update={"net_options": {}}), recipe.options) for recipe in written]
        for index, recipe in enumerate(recipes):
            first = recipes.index(recipe)
            if first == index:
                continue
            there, here = written[first].net_options, written[index].net_options
            own = " and ".join(f"{key}={json.dumps(value)}" for key, value in here.items() if key not in there)
            raise StudyError(
                f'study "{self.name}": arms "{self.arms[first].name}" and "{self.arms[index].name}" are the same recipe'
                + (f", since net {self.base.net} has {own} by itself; set it otherwise with `settings`" if own else "")
            )

    def recipe(self, arm: Arm, seed: int) -> Recipe:
        """Return the recipe of one run; another arm that it starts from is named by its folder, `Arm.slug`."""
        found = self.base.change(**{**arm.changes, "seed": seed})
        name = str(found.start).removeprefix(ARM)
        return found.change(start=ARM + Arm(name).slug) if of_arm(found.start) else found

    def origins(self, arm: Arm) -> tuple[str, ...]:
        """Return the folder names of the arms that ``arm`` starts from, one by way of another; StudyError for a ring."""
        return origins(self.name, arm.slug, {one.slug: self.recipe(one, 0).start for one in self.arms})

    def to_json(self) -> dict[str, Any]:
        """Return the study as JSON-able values, as study.json holds it."""
        ranges = [one.to_json() for one in self.searches]
        return {
            "format": 1,
            "name": self.name,
            "question": self.question,
            "base": self.base.to_json(),
            "arms": [{"name": arm.name, "slug": arm.slug, "changes": dict(arm.changes)} for arm in self.arms],
            "seeds": list(self.seeds),
            "claims": [claim.to_json() for claim in self.claims],
            "notes": list(self.notes),
            "tests": self.tests,
            "search": ranges[0] if len(ranges) == 1 else ranges or None,
            "words": list(self.words),
            "until": self.seeds.to_json() if isinstance(self.seeds, Until) else None,
            "paired": self.paired,
        }


@dataclass(frozen=True)
class Question:
    """A study before its base recipe is settled: what a study file holds."""

    name: str
    summary: str
    base: Recipe
    make: Callable[[Recipe], object]

    def study(self, changes: Mapping[str, Any], seeds: int | Until | None = None) -> Study:
        """Return the study with the base recipe's fields replaced, and its seeds: 0 .. ``seeds`` - 1, or until decided."""
        made = self._made(changes)
        for name in changes:
            self._refuse_void(made, name, changes)
        given = tuple(range(seeds)) if isinstance(seeds, int) else seeds
        return made if given is None else replace(made, seeds=given)

    def _made(self, changes: Mapping[str, Any]) -> Study:
        base = self.base.change(**changes)
        try:
            made = self.make(base)
        except (StudyError, RecipeError) as error:
            if missing := self._missing(base):
                todo = "give it parameters of these names" if is_own(base.net) else "choose a net that has"
                raise StudyError(
                    f'study "{self.name}" sets {listed(missing)} of its net, and net {base.net} has no such option'
                    f" (it has {', '.join(options_of(base.engine, base.net)) or 'none'}); {todo}"
                ) from error
            raise
        if not isinstance(made, Study):
            raise StudyError(f'study(base) of "{self.name}" gave {type(made).__name__}; it must return a Study')
        return made

    def _missing(self, base: Recipe) -> list[str]:
        """Return the options that the arms, made around the study's own net, set and the net of ``base`` lacks."""
        own, given = options_of(self.base.engine, self.base.net), options_of(base.engine, base.net)
        try:
            usual: Any = self.make(self.base)
        except (StudyError, RecipeError):
            return []
        wanted = dict.fromkeys(key for arm in usual.arms for key in arm.changes if key in own)
        return [key for key in wanted if key not in given]

    def _refuse_void(self, made: Study, name: str, changes: Mapping[str, Any]) -> None:
        """Raise StudyError for a change of the base that reaches no run: the seed, or what every arm sets for itself."""
        if name == "seed":
            raise StudyError(f'study "{self.name}": every run has a seed of its own; say how many with `seeds`')
        rest = {key: value for key, value in changes.items() if key != name}
        if name == "net" or self.base.change(**changes) == self.base.change(**rest):
            return
        try:
            without = self._made(rest)
        except (StudyError, RecipeError):
            return  # there is no study without this change, so it is needed
        if [made.recipe(arm, 0) for arm in made.arms] == [without.recipe(arm, 0) for arm in without.arms]:
            raise StudyError(
                f'study "{self.name}": every arm sets {name} for itself, so changing it reaches no run; leave it out'
            )
