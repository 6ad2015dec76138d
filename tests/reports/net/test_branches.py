"""Shortcuts found in what layers read, on nets written down by hand."""

from __future__ import annotations

from striate.nets.measure.anatomy import Layer
from striate.reports.net.branches import branches


def layer(name: str, *reads: str, kind: str = "convolution", macs: int = 1) -> Layer:
    return Layer(name, kind, "", (4, 8, 8), 1, macs, None, reads)


def test_an_identity_starts_where_the_block_starts() -> None:
    chain = [layer("stem", ""), layer("a", "stem"), layer("b", "a"), layer("sum", "b", "stem", kind="add")]
    assert branches(chain)["sum"].fork == "stem"
    assert branches(chain)["sum"].layers == ()


def test_a_projection_with_its_norm_lies_on_the_shortcut_whichever_is_added_to_which() -> None:
    sides = [layer("p", "stem"), layer("q", "p", kind="batch norm")]
    body = [layer("stem", ""), layer("a", "stem"), layer("b", "a"), layer("c", "b"), *sides]
    for reads in (("c", "q"), ("q", "c")):
        found = branches([*body, layer("sum", *reads, kind="add")])["sum"]
        assert (found.fork, [one.name for one in found.layers]) == ("stem", ["p", "q"])


def test_of_two_branches_of_one_length_the_lighter_is_the_shortcut() -> None:
    chain = [
        layer("a", "", macs=9),
        layer("pad", "", macs=0, kind="zero channels"),
        layer("sum", "a", "pad", kind="add"),
    ]
    assert [one.name for one in branches(chain)["sum"].layers] == ["pad"]
    assert branches(chain)["sum"].fork == ""


def test_an_addition_of_what_comes_from_nowhere_common_has_no_shortcut() -> None:
    assert branches([layer("a"), layer("b"), layer("sum", "a", "b", kind="add")]) == {}
    assert branches([layer("a", ""), layer("sum", "a", kind="add")]) == {}
