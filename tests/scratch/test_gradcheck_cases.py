"""A law over every layer, loss and net by hand: its gradients are those of central differences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import striate.scratch
from striate.base.errors import NetError
from striate.scratch import catalog
from striate.scratch import gradcheck_cases as layers


@pytest.mark.parametrize("case", layers.CASES.values(), ids=lambda case: case.name)
def test_the_gradients_are_those_of_central_differences(case: layers.Case) -> None:
    for seed in (0, 1):
        check = layers.check(case, seed)
        assert check.holds, check.worst


def test_nothing_is_left_out() -> None:
    """Every backward function of the package (but for plain reference routes) and every net of the catalogue is a case."""
    place = Path(striate.scratch.__file__).parent
    files = [path for path in place.rglob("*.py") if "exercises" not in path.parts]  # whose mistakes are on purpose
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    cases = (Path(striate.scratch.__file__).parent / "gradcheck_cases.py").read_text(encoding="utf-8")
    pairs = set(re.findall(r"^def (?!plain_)(\w+_backward)\(", source, re.MULTILINE)) | set(
        re.findall(r"^def (\w+_loss)\(", source, re.MULTILINE)
    )
    assert len(pairs) >= 11
    assert {pair for pair in pairs if pair not in cases} == set()
    assert {net for net in catalog.names() if net not in layers.CASES} == set()


def test_a_name_stands_for_its_variants_too() -> None:
    assert [case.name for case in layers.cases("convolution")] == ["convolution", "convolution-strided"]
    assert [case.name for case in layers.cases("convolution-strided")] == ["convolution-strided"]
    assert layers.cases() == tuple(layers.CASES.values())


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(
        NetError, match=r'layer "densse" is unknown \(did you mean "dense"\?\); accepted are dense, relu, '
    ):
        layers.cases("densse")
