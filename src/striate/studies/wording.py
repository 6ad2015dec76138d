"""A question in words: arms and claims as texts, as the command line takes them.

    arm      NAME: FIELD=VALUE, FIELD=VALUE ...     what it changes in the base recipe; "NAME" alone changes nothing
    claim    ARM > CONTROL [by MARGIN] [in MEASURE]  one or more arms, with commas, against one; MEASURE test, final or best

Without a claim, each arm is claimed to be better than the first, by 0.005 in test accuracy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from striate.base.errors import RecipeError, StudyError, listed, printable
from striate.studies.claims.better import MARGIN, Better
from striate.studies.question import Arm, Question, Study
from striate.training.recipe.recipe import Recipe
from striate.training.recipe.setting import parse_setting

LONGEST = 60  # characters of a study's name, which names its folder
CLAIM = re.compile(r"(?P<arms>.+?)\s*>\s*(?P<control>.+?)(?:\s+by\s+(?P<margin>\S+))?(?:\s+in\s+(?P<measure>\w+))?\s*")


def arm_from_text(text: str) -> Arm:
    """Return the arm that ``text`` describes; raises StudyError when it has no name, or a change is not FIELD=VALUE."""
    name, colon, written = text.partition(":")
    name = " ".join(name.split())
    if not name or not name.isprintable() or (colon and not written.strip()):
        raise StudyError(f'arm "{printable(text)}" is not NAME: FIELD=VALUE, ...; write for example "small: lr=0.01"')
    try:
        pairs = [parse_setting(part.strip()) for part in split(written)]
    except RecipeError as error:
        raise StudyError(f'arm "{printable(name)}": {error}') from error
    fields = [field.strip() for field, _ in pairs]
    if twice := [field for field in dict.fromkeys(fields) if fields.count(field) > 1]:
        raise StudyError(f'arm "{printable(name)}" sets {printable(listed(twice))} more than once; set it once')
    return Arm(name, dict(zip(fields, (value for _, value in pairs), strict=True)))


def split(text: str) -> list[str]:
    """Return the parts of ``text`` between commas that lie in no brackets and no quotes; none of an empty text."""
    parts, depth, quoted = [""], 0, False
    for character in text:
        quoted ^= character == '"'
        depth += 0 if quoted else (character in "[{(") - (character in ")}]")
        if character == "," and depth <= 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return parts if text.strip() else []


def claim_from_text(text: str, known: Sequence[str]) -> Better:
    """Return the claim that ``text`` states about arms among ``known``; raises StudyError when it states none."""
    match, margin = CLAIM.fullmatch(text.strip()), MARGIN
    try:
        margin = float(match["margin"]) if match and match["margin"] else MARGIN
    except ValueError:
        match = None
    if match is None:
        raise StudyError(
            f'claim "{printable(text)}" is not ARM > CONTROL by MARGIN in MEASURE; write for example "b > a by 0.01 in test"'
        )
    arms = match["arms"]
    treatment = (arms,) if arms in known else tuple(part.strip() for part in arms.split(","))
    return better(treatment, match["control"], margin, match["measure"] or "test")


def better(treatment: tuple[str, ...], control: str, margin: float = MARGIN, measure: Any = "test") -> Better:
    """Return the claim that one of ``treatment`` is better than ``control``."""
    name = f"{', '.join(treatment)} > {control}"
    many = "One of " if len(treatment) > 1 else ""
    statement = f"{many}{listed(list(treatment), 'and')} ends in a higher {measure} accuracy than {control}"
    return Better(name, statement, treatment=treatment, control=control, measure=measure, margin=margin)


def asked_question(
    arms: Sequence[str], claims: Sequence[str], asked: Question | None = None, words: Sequence[str] = ()
) -> Question:
    """Return the question of ``arms`` and ``claims``, as texts; with ``asked``, that question with them added.

    ``words`` are those that ask it again, after the name of ``asked``; a study keeps them for its report.

    Raises StudyError when there is one arm alone, or ``asked`` chooses among values of its own.
    """
    made = [arm_from_text(text) for text in arms]
    names = [arm.name for arm in made]
    if asked is None and len(made) < 2:
        raise StudyError(
            f"{'one arm is' if made else 'no study and no arm are'} given; name a study of striate list studies, or give two"
            ' arms or more, each as `arm="NAME: FIELD=VALUE"`'
        )

    def make(base: Recipe) -> Study:
        before = _before(asked, base)
        arms_of = (*(before.arms if before else ()), *made)
        control = arms_of[0].name
        known = [arm.name for arm in arms_of]
        said = [claim_from_text(text, known) for text in claims]
        # The arms of an asked study have claims of their own; only those that were added need one.
        added = said or [better((name,), control) for name in names if name != control]
        if before is not None:
            return replace(before, arms=arms_of, claims=(*before.claims, *added), words=(asked_name(asked), *words))
        name = "-or-".join(arm.slug for arm in made)[:LONGEST].strip("-")
        question = f"Which is better: {listed(names, 'or')}?"
        return Study(name, question, base, tuple(made), tuple(added), words=tuple(words))

    return Question(asked.name if asked else "asked", "", asked.base if asked else Recipe(), make)


def asked_name(asked: Question | None) -> str:
    """Return the word that names ``asked`` on the command line: its name, or NAME.py where it is not a builtin."""
    from striate.studies.catalog import BUILTIN

    assert asked is not None
    return asked.name if asked.name in BUILTIN else f"{asked.name}.py"


def _before(asked: Question | None, base: Recipe) -> Study | None:
    """Return the study that arms are added to; raises StudyError where its arms are the values of a search."""
    if asked is None:
        return None
    made: Any = asked.make(base)
    if isinstance(made, Study) and made.searches:
        raise StudyError(
            f'study "{asked.name}" chooses among values of {listed([one.field for one in made.searches])}, to which no arm can'
            " be added; ask about the arms alone, without its name"
        )
    return made
