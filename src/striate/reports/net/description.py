"""The architecture of a net in words, made from its anatomy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from striate.base.errors import counted, shown
from striate.reports.kit.numerals import brief
from striate.reports.net.blocks import Block, blocks, words

if TYPE_CHECKING:
    from striate.nets.measure.anatomy import Anatomy, Layer


def architecture_text(anatomy: Anatomy) -> str:
    """Return the architecture in words: one paragraph, a blank line, and a numbered list of the blocks."""
    lines = [paragraph(anatomy), "", *(f"{i}. {line}" for i, line in enumerate(steps(anatomy), start=1))]
    return "\n".join(shown(line, lines=False) for line in lines)


def paragraph(anatomy: Anatomy) -> str:
    """Return the net in a few sentences: what goes in and out, how deep, how large, how far it sees."""
    # Without the first block, which is the image itself. A convolution on a shortcut is told with the shortcuts: counted
    # among the others it would make a net deeper than it is.
    made = blocks(anatomy)[1:]
    shortcuts = [one for block in made for one in block.shortcuts]
    aside = [layer for one in shortcuts for layer in one.layers if layer.kind == "convolution"]
    convolutions = [b for b in made if b.role == "convolution"]
    dense = [b for b in made if b.role == "dense"]
    depth = [counted(len(part), name) for part, name in ((convolutions, "convolution"), (dense, "dense layer")) if part]
    out = made[-1].output if made else anatomy.input
    one = unit(anatomy)
    taken = f"images of {shape(anatomy.input)} (channels, height, width)"
    text = f"{anatomy.net} takes {taken if one == 'image' else f'rows of {anatomy.input[0]} features'}"
    text += f" through {' and '.join(depth)}" if depth else ""
    if shortcuts:
        text += f", with {counted(len(shortcuts), 'residual connection')}"
        text += f" ({len(aside)} of them through a convolution)," if aside else ","
    text += f" to {counted(math.prod(out), 'output')}. It has {counted(anatomy.parameters, 'parameter')}"
    share = sum(b.parameters for b in dense) / anatomy.parameters if anatomy.parameters else 0.0
    # Never 0 % or 100 %: both would say that one of the two kinds of layers has no parameters.
    percent = "under 1" if share < 0.01 else "over 99" if share > 0.995 else f"{100 * share:.0f}"
    text += f", {percent} % of them in the dense layers," if convolutions and dense else ""
    text += f" and takes {brief(anatomy.macs)} multiply-adds for one {one}."
    seen = next((b.field for b in reversed(convolutions) if b.field is not None), None)
    if seen is not None:
        beyond = ", which reaches over its edges" if seen > min(anatomy.input[-2:]) else ""
        text += f" A cell of the last convolution's map sees {seen} x {seen} pixels of the image{beyond}."
    return text


def steps(anatomy: Anatomy) -> list[str]:
    """Return one line for each block, as `3x3 convolution, 32 filters, batch norm, ReLU -> 32 x 32 x 32 (...)`."""
    lines: list[str] = []
    for block in blocks(anatomy)[1:]:
        facts = [counted(block.parameters, "parameter")] if block.parameters else []
        if block.role in ("convolution", "step") and block.field is not None:
            facts.append(f"sees {block.field} x {block.field} pixels")
        doing = ", ".join(_added(block, layer) or words(layer, short=False) for layer in block.layers)
        aside = f" ({', '.join(facts)})" if facts else ""
        lines.append(f"{doing} -> {shape(block.output)}{aside}")
    return lines


def _added(block: Block, layer: Layer) -> str:
    """Return what an addition adds, as `add the output of step 3 (through flatten)`; nothing for others."""
    shortcut = next((one for one in block.shortcuts if one.add == layer.name), None)
    if shortcut is None:
        return ""
    source = f"the output of step {shortcut.start}" if shortcut.start else "the image"
    if shortcut.within is not None:
        inner = "sum" if shortcut.within.kind == "add" else words(shortcut.within, short=False)
        source = f"the {inner} of step {shortcut.start}"
    way = " and ".join(words(one, short=False) for one in shortcut.layers)
    return f"add {source}{f' (through {way})' if way else ''}"


def totals(anatomy: Anatomy) -> str:
    """Return parameters and multiply-adds, separated by a semicolon."""
    return f"{counted(anatomy.parameters, 'parameter')}; {brief(anatomy.macs)} multiply-adds for one {unit(anatomy)}"


def unit(anatomy: Anatomy) -> str:
    """Return what one input is called: a row of a table, which comes as an image of one pixel, else an image."""
    return "row" if anatomy.input[1:] == (1, 1) else "image"


def shape(output: tuple[int, ...]) -> str:
    """Return the sizes as `64 x 8 x 8`."""
    return " x ".join(str(size) for size in output)
