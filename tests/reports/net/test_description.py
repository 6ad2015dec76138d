"""The architecture in words."""

from __future__ import annotations

from collections.abc import Callable

from striate.nets.measure.anatomy import Anatomy, Layer
from striate.reports.net.blocks import blocks
from striate.reports.net.description import architecture_text, paragraph, shape, steps, totals


def test_one_line_for_each_block_with_shape_size_and_field(net: Callable[..., Anatomy]) -> None:
    assert steps(net("batch norm", 2)) == [
        "3x3 convolution, 32 filters, batch norm, ReLU -> 32 x 32 x 32 (928 parameters, sees 3 x 3 pixels)",
        "3x3 convolution, 32 filters, batch norm, ReLU -> 32 x 32 x 32 (9,280 parameters, sees 5 x 5 pixels)",
        "2x2 max pool -> 32 x 16 x 16 (sees 6 x 6 pixels)",
        "flatten -> 8192",
        "dense layer, 128 units, ReLU, dropout (p = 0.5) -> 128 (1,048,704 parameters)",
        "dense layer, 10 units -> 10 (1,290 parameters)",
    ]


def test_the_paragraph_says_what_goes_in_and_out_and_how_large_it_is(net: Callable[..., Anatomy]) -> None:
    # 864 + 64 + 9216 + 64 + 1048704 + 1290 parameters; 884736 + 9437184 + 1048576 + 1280 multiply-adds.
    assert paragraph(net("batch norm", 2)) == (
        "convnet takes images of 3 x 32 x 32 (channels, height, width) through 2 convolutions and 2 dense layers to 10 "
        "outputs. It has 1,060,202 parameters, 99 % of them in the dense layers, and takes 11.4 million multiply-adds for "
        "one image. A cell of the last convolution's map sees 5 x 5 pixels of the image."
    )


def test_a_net_without_convolutions_is_described_too() -> None:
    anatomy = Anatomy("linear", (1, 2, 2), (Layer("output", "dense", "", (1,), 5, 4, None),))
    assert paragraph(anatomy) == (
        "linear takes images of 1 x 2 x 2 (channels, height, width) through 1 dense layer to 1 output. It has 5 parameters "
        "and takes 4 multiply-adds for one image."
    )
    assert totals(anatomy) == "5 parameters; 4 multiply-adds for one image"


def test_the_whole_text_is_the_paragraph_and_a_numbered_list(net: Callable[..., Anatomy]) -> None:
    first, blank, *lines = architecture_text(net("", 20)).split("\n")
    assert first == paragraph(net("", 20))
    assert blank == ""
    assert [int(line.split(".")[0]) for line in lines] == list(range(1, len(lines) + 1))
    assert sum("convolution" in line for line in lines) == 20
    assert lines[0] == "1. 3x3 convolution, 32 filters, ReLU -> 32 x 32 x 32 (864 parameters, sees 3 x 3 pixels)"


def test_a_shape_is_written_with_crosses() -> None:
    assert shape((64, 8, 8)) == "64 x 8 x 8"


def test_additions_say_what_they_add() -> None:
    from striate.nets import build
    from striate.nets.measure.anatomy import anatomy

    found = anatomy(build("resnet-v2", {"n": 2, "width": 4}, (16, 16, 3), 5), (16, 16, 3), "v2")
    lines = steps(found)
    assert lines[3].startswith(
        "1x1 convolution, 16 filters, add the output of step 1 (through 1x1 convolution, 16 filters), batch norm, ReLU -> "
    )
    assert lines[6].startswith("1x1 convolution, 16 filters, add the sum of step 4, batch norm, ReLU -> ")
    assert (
        "through 19 convolutions and 1 dense layer, with 6 residual connections (3 of them through a convolution), "
        "to 5 outputs" in (paragraph(found))
    )
    assert sum(block.parameters for block in blocks(found)) == found.parameters
    padded = anatomy(build("resnet20", {"n": 1}, (16, 16, 3), 5), (16, 16, 3))
    assert "add the output of step 3 (through zero channels (stride 2)), ReLU" in steps(padded)[4]


def test_depthwise_convolutions_are_named_and_padding_is_silent() -> None:
    from striate.nets import build
    from striate.nets.measure.anatomy import anatomy

    lines = steps(anatomy(build("mobilenet-v1", {}, (32, 32, 3), 5), (32, 32, 3)))
    assert lines[1].startswith("3x3 depthwise convolution, 8 filters, batch norm, ReLU6 -> 8 x 16 x 16")
    assert not any("padding" in line for line in lines)
