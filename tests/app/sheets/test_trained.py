"""How runs were trained, in words: what all arms share is told once, and a probe's net is named where a reader meets it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from striate.app.sheets.trained import how_trained, nets_of, one_batch
from striate.app.sheets.workshop import Workshop
from striate.reports.study.records import read_study
from striate.sheets import Look, Question, Sheet, Trained, Trial, Work
from striate.sheets.document import Paragraph, Table
from striate.training.folder.run import Run
from striate.training.recipe.recipe import Recipe

STUDIES = Path(__file__).parents[3] / "findings/studies-cifar10"


def test_what_all_arms_share_belongs_to_the_procedure() -> None:
    words, arms, _ = how_trained(read_study(STUDIES / "step-gamma"))
    assert isinstance(words, Paragraph)
    assert isinstance(arms, Table)
    assert "is multiplied by 0.1 every 2 epochs" in words.text  # the base alone would say 10
    assert arms.columns == ("arm", "sets")
    assert arms.rows[0] == ("gamma 0.05", "gamma = 0.05")


LOOK = Look("fooling", "fool", "simple", options={"also": ("shallow", "pooled")})
AGAIN = Look("places", "localise", "pooled")
HEARD = Trial("batch", "simple")
SHEET = Sheet(
    "s",
    "S",
    (
        Question("1", "?", (Trained("shallow"), HEARD)),
        Question("2", "?", (LOOK,)),
        Question("3", "?", (AGAIN, Look("more", "saliency", "shallow"))),
        Question("4", "?", (Trained("own"), Look("maps", "features", "own"))),
    ),
    tuple(
        Work(name, changes={"net": net, "lr": 0.01, "optimizer": "sgd"})
        for name, net in (("simple", "simpleconvnet"), ("shallow", "shallownet"), ("pooled", "resnet"), ("own", "mlp"))
    ),
)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    made = Workshop(SHEET, "quick", tmp_path)

    def fact(self: Workshop, name: str) -> Any:
        work = self.sheet.work(name)
        assert work is not None
        run = SimpleNamespace(recipe=self.recipe(work), folder=tmp_path, best=lambda: (2, 0.5))
        return cast(Run, run)

    monkeypatch.setattr(Workshop, "fact", fact)
    return made


def said(part: Look, shop: Workshop) -> list[str]:
    return [block.text for block in nets_of(part, shop) if isinstance(block, Paragraph)]


def test_a_probe_says_which_nets_it_is_asked_of(shop: Workshop) -> None:
    first, second, third = said(LOOK, shop)
    assert first.startswith("The net is simpleconvnet, trained on the data digits for ")
    assert first.endswith("Its best validation accuracy is 0.5000.")
    assert second == "The other net shallow is that of question 1."
    assert third.startswith("The other net pooled is resnet, trained on")
    assert said(AGAIN, shop) == ["The net is that of question 2, there called pooled."]
    assert said(cast(Look, SHEET.questions[2].parts[1]), shop) == ["The net is that of question 1."]
    assert said(cast(Look, SHEET.questions[3].parts[1]), shop) == []  # told just above


def test_of_a_question_alone_the_net_is_told_in_full(shop: Workshop) -> None:
    shop.questions = SHEET.questions[2:3]
    assert said(AGAIN, shop)[0].startswith("The net is resnet, trained on the data digits")


def test_one_batch_is_told_with_its_net_and_its_updates(shop: Workshop) -> None:
    block = one_batch(HEARD, shop)
    assert isinstance(block, Paragraph)
    size = Recipe().batch_size
    assert block.text == (
        f"The net simpleconvnet is shown one batch of {size} images of digits again and again; updates are by stochastic "
        "gradient descent at a rate of 0.01."
    )
