"""What is measured on the spot is told by its numbers, and the sentence turns with them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from striate.app.sheets.numbers import checked_gradients, compared_forms
from striate.nets.families.shallownet import ShallowNet
from striate.sheets import Checked, Forms
from striate.sheets.document import Paragraph, Table

FORMS = Forms("shallownet", {"form": "sequential"}, {"form": "module"}, (8, 8, 1))


def test_a_document_that_is_written_again_says_the_same() -> None:
    before = torch.get_rng_state()
    assert compared_forms(FORMS) == compared_forms(FORMS)
    assert torch.equal(torch.get_rng_state(), before)


def test_two_forms_of_a_net_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    table, said = compared_forms(FORMS)
    assert isinstance(table, Table)
    assert [row[2] for row in table.rows] == ["0", "0"]
    assert said == Paragraph("They compute the same, to the last bit.", computed=True)
    forward = ShallowNet.forward

    def scaled(factor: float) -> None:
        def other(net: ShallowNet, images: Tensor) -> Tensor:
            return factor * forward(net, images)

        monkeypatch.setattr(ShallowNet, "forward", other)

    scaled(1 + 2e-7)
    assert compared_forms(FORMS)[1] == Paragraph(
        "They compute the same to within the rounding of float32.", computed=True
    )
    scaled(1.01)
    assert compared_forms(FORMS)[1] == Paragraph("They do not compute the same.", computed=True)


def test_gradients_are_a_row_each_and_none_twice() -> None:
    table, said = checked_gradients(Checked(("relu", "relu")))
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["relu"]
    assert isinstance(said, Paragraph)
    assert said.text.startswith("Every gradient agrees with central differences")
