"""A study is checked before it runs, changes with its base, and can be a user's own file."""

from __future__ import annotations

from pathlib import Path

import pytest

from striate.base.errors import RecipeError, StudyError
from striate.studies.builtin.parts import batchnorm
from striate.studies.catalog import BUILTIN, question
from striate.studies.claims.better import Better
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe

CLAIM = Better("c", "b beats a", treatment=("b",), control="a", measure="test", margin=0.01)
ARMS = (Arm("a"), Arm("b", {"lr": 0.1}))


def study(**fields: object) -> Study:
    return Study(**{"name": "s", "question": "?", "base": Recipe(), "arms": ARMS, "claims": (CLAIM,), **fields})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"arms": ()}, "has no arms"),
        (
            {"arms": (*ARMS, Arm("B!"))},
            'two arms are named "b" and "B!", both the folder b; give each a name of its own',
        ),
        ({"arms": (*ARMS, Arm("b", {"lr": 0.2}))}, 'two arms are named "b"; give each a name of its own'),
        ({"arms": (Arm("a"), Arm("b", {"lrr": 1}))}, r'arm "b": .*"lrr" is unknown \(did you mean "lr"'),
        ({"arms": (Arm("a"), Arm("bb", {"lr": 0.1}))}, r'claim "c": arm "b" is unknown \(did you mean "bb"'),
        ({"arms": (*ARMS, Arm("c", {"lr": 0.1}))}, 'arms "b" and "c" are the same recipe'),
        ({"seeds": ()}, "seeds are"),
        ({"seeds": (1, 1)}, "seeds are"),
        ({"seeds": (-1,)}, "seeds are"),
        ({"seeds": (0, 1.5)}, r"seeds are \[0, 1.5\], and must be different whole numbers"),
        ({"seeds": (0, True)}, "seeds are"),
        ({"seeds": ("0", "1")}, "seeds are"),
        ({"seeds": 3}, r"seeds are 3, and must be different whole numbers from 0 on, as \(0, 1, 2\)"),
        ({"seeds": (0, 2**200)}, "seed"),
    ],
)
def test_a_study_that_does_not_fit_together_is_refused(fields: dict[str, object], words: str) -> None:
    with pytest.raises(StudyError, match=words):
        study(**fields)


def test_names_of_other_scripts_have_folders_of_their_own() -> None:
    names = ["基线", "带归一化", "β=0.9", "γ=0.9", "café", "cafe", "lr ×5", "arm"]
    slugs = [Arm(name).slug for name in names]
    assert len(set(slugs)) == len(names)
    assert slugs[5:] == ["cafe", "lr-5", "arm"]  # as they always were
    assert all(slug.isascii() and slug.replace("-", "").isalnum() for slug in slugs)
    assert slugs == [Arm(name).slug for name in names]
    assert len(Arm("β" * 300).slug) < 120


def test_a_margin_is_a_number() -> None:
    with pytest.raises(StudyError, match="its margin is '1%', and must be a finite number, 0 or larger"):
        Better("c", "b beats a", treatment=("b",), control="a", measure="test", margin="1%")  # pyright: ignore[reportArgumentType]


def test_a_recipe_is_base_arm_and_seed() -> None:
    recipe = study().recipe(ARMS[1], 4)
    assert recipe == Recipe(lr=0.1, seed=4)


def test_the_arms_of_batchnorm_follow_the_base_learning_rate() -> None:
    made = question("batchnorm").study({"lr": 2e-4, "data": "mnist", "epochs": 3}, seeds=2)
    rates = {arm.name: made.recipe(arm, 0).lr for arm in made.arms}
    assert rates["baseline"] == 2e-4
    assert rates["BN x30"] == pytest.approx(6e-3)
    assert {made.recipe(arm, 0).net_options["norm"] for arm in made.arms if arm.name.startswith("BN")} == {"batch"}
    assert made.seeds == (0, 1)
    assert made.recipe(made.arms[0], 1).data == "mnist"


@pytest.mark.parametrize(("name", "value"), [("norm", "batch"), ("seed", 3)])
def test_a_change_that_reaches_no_run_is_refused(name: str, value: object) -> None:
    with pytest.raises(StudyError, match=r"leave it out|`seeds`"):
        question("batchnorm").study({name: value})
    assert question("batchnorm").study({"epochs": 25, "lr": 1e-3}).base.lr == 1e-3  # what is as it was may be said


def test_batchnorm_is_at_the_published_setting() -> None:
    base = batchnorm.BASE
    assert (base.optimizer, base.lr, base.decay, base.batch_size, base.epochs) == ("adam", 1e-4, 1e-6, 32, 25)
    names = [arm.name for arm in batchnorm.study(base).arms]
    assert names == ["baseline", "baseline x5", "BN x1", "BN x5", "BN x10", "BN x30"]


def test_an_unknown_study_is_named_with_the_nearest() -> None:
    with pytest.raises(StudyError, match=r'"batchnrm" is unknown \(did you mean "batchnorm"'):
        question("batchnrm")
    assert "batchnorm" in BUILTIN


FILE = '''"""Does width help?"""
from striate.studies.question import Arm, Study
from striate.training.recipe.recipe import Recipe
BASE = Recipe(epochs=2)
def study(base):
    return Study("width", "Does width help?", base, (Arm("narrow", {"widths": [[4]]}), Arm("wide")), ())
'''


def test_a_users_own_file_has_the_same_form(tmp_path: Path) -> None:
    path = tmp_path / "width.py"
    path.write_text(FILE)
    found = question(str(path))
    assert (found.name, found.summary) == ("width", "Does width help?")
    assert found.study({"epochs": 7}, seeds=1).base.epochs == 7


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (FILE.replace("return Study", "Study"), "gave NoneType; it must return a Study"),
        ("BASE = 3", r"needs BASE = Recipe\(\.\.\.\)"),
        ("1 / 0", "ZeroDivisionError"),
        ("def (", "SyntaxError"),
    ],
)
def test_a_file_that_holds_no_study_is_refused(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(content)
    with pytest.raises(StudyError, match=words):
        question(str(path)).study({})
    with pytest.raises(StudyError, match="does not exist"):
        question(str(tmp_path / "other.py"))


def test_changes_of_the_base_are_checked() -> None:
    with pytest.raises(RecipeError, match="epochs is 0"):
        question("batchnorm").study({"epochs": 0})
