"""Parts of a sheet measured on the spot: gradients by hand against differences, two forms of a net against each other."""

from __future__ import annotations

from collections.abc import Sequence

from striate.reports.kit.numerals import number
from striate.sheets.document import Block, Paragraph, Table
from striate.sheets.parts import Checked, Forms


def checked_gradients(part: Checked) -> Sequence[Block]:
    """Return the worst entry of each layer's gradients, and whether all agree."""
    from striate.app.actions.gradchecks import check_layers

    rows: list[tuple[str, ...]] = []
    holds = True
    for case in part.cases:
        for one in check_layers(case):
            holds = holds and one.check.holds
            row = (one.case.name, one.case.inputs, str(one.check.entries), f"{one.check.worst.error:.1e}")
            rows += [] if row in rows else [row]  # two names may have a variant in common
    told = "Every gradient agrees" if holds else "Not every gradient agrees"
    heads = ("layer", "inputs", "entries", "worst relative error")
    return [
        Table("The gradients by hand against central differences", heads, tuple(rows)),
        Paragraph(f"{told} with central differences in float64 to within 1e-06, relative.", computed=True),
    ]


def compared_forms(part: Forms) -> Sequence[Block]:
    """Return how far the two forms of a net are apart once they have the same weights."""
    from striate.nets import build
    from striate.nets.custom.surroundings import seeded
    from striate.nets.measure.equal import difference

    with seeded(0):  # so that a document that is written again says the same
        first, second = (build(part.net, dict(options), part.image, 10) for options in (part.first, part.second))
    found = difference(first, second, part.image)
    rows = (
        (f"logits of {found.images} images", number(found.logit, 3), number(found.outputs, 2)),
        (f"gradients of {found.parameters:,} weights", number(found.gradient, 3), number(found.gradients, 2)),
    )
    near = found.outputs <= 1e-5 * found.logit and found.gradients <= 1e-5 * found.gradient
    told = (
        "They compute the same, to the last bit."
        if found.none
        else "They compute the same to within the rounding of float32."
        if near
        else "They do not compute the same."
    )
    heads = ("compared", "largest of the first", "largest difference")
    return [Table("Both forms with the same weights on the same images", heads, rows), Paragraph(told, computed=True)]
