"""Layers gathered into blocks, on nets written down by hand."""

from __future__ import annotations

from collections.abc import Callable

from striate.nets.measure.anatomy import Anatomy, Layer
from striate.reports.net.blocks import blocks, words


def layer(kind: str, detail: str = "", output: tuple[int, ...] = (8, 4, 4)) -> Layer:
    return Layer(kind, kind, detail, output, 0, 0, None)


def test_norm_and_activation_belong_to_the_convolution_before_them(net: Callable[..., Anatomy]) -> None:
    made = blocks(net("batch norm", 2))
    assert [block.role for block in made] == [
        "input", "convolution", "convolution", "step", "step", "dense", "dense",
    ]  # fmt: skip
    assert [one.kind for one in made[1].layers] == ["convolution", "batch norm", "relu"]
    assert [one.kind for one in made[5].layers] == ["dense", "relu", "dropout"]
    assert (made[0].output, made[0].field) == ((3, 32, 32), 1)
    assert (made[3].output, made[3].field) == ((32, 16, 16), 6)
    assert made[1].parameters == 9 * 3 * 32 + 2 * 32


def test_every_layer_is_in_exactly_one_block(net: Callable[..., Anatomy]) -> None:
    anatomy = net("group norm", 9)
    assert [one for block in blocks(anatomy) for one in block.layers] == list(anatomy.layers)


def test_a_norm_with_nothing_before_it_stands_alone() -> None:
    anatomy = Anatomy("net", (8, 4, 4), (layer("batch norm"), layer("relu"), layer("max pool"), layer("dropout")))
    assert [(b.role, len(b.layers)) for b in blocks(anatomy)] == [("input", 0), ("other", 2), ("step", 1), ("other", 1)]


def test_words_short_and_long() -> None:
    cases = {
        ("convolution", "3x3, stride 1, padding 1"): ("3x3 conv, 8", "3x3 convolution, 8 filters"),
        ("convolution", "5x5, stride 2, padding same"): (
            "5x5 conv, 8, stride 2",
            "5x5 convolution, 8 filters, stride 2",
        ),
        ("max pool", "2x2, stride 2"): ("2x2 max pool", "2x2 max pool"),
        ("average pool", "3x3, stride 2"): ("3x3 avg pool, stride 2", "3x3 average pool, stride 2"),
        ("global average pool", ""): ("global avg pool", "global average pool"),
        ("relu", ""): ("ReLU", "ReLU"),
        ("leaky relu", ""): ("leaky ReLU", "leaky ReLU"),
        ("dropout", "p = 0.5"): ("dropout", "dropout (p = 0.5)"),
        ("group norm", "4 groups"): ("group norm", "group norm (4 groups)"),
    }
    for (kind, detail), (short, long) in cases.items():
        assert words(layer(kind, detail), short=True) == short
        assert words(layer(kind, detail), short=False) == long
    assert words(layer("dense", "", (10,)), short=False) == "dense layer, 10 units"
