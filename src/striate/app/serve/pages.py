"""What a probe or a command shows, its `Page`, as the browser gets it: words, pictures and charts as data addresses, tables."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from striate.reports.probe.page import Group, Page


def page_json(shown: Page) -> dict[str, Any]:
    """Return ``shown`` as JSON-able values."""
    from striate.reports.kit.mathml import formula

    legend = shown.legend
    return {
        "title": shown.title,
        "words": [*shown.words, *shown.notes],
        "formula": str(formula(shown.formula)) if shown.formula else "",
        "groups": [_group(one) for one in (*shown.groups, *shown.after)],
        "legend": None if legend is None else {"uri": legend.bar.uri, "ends": legend.ends, "text": legend.text},
        "tables": shown.tables,
    }


def _group(one: Group) -> dict[str, Any]:
    panels = [{"caption": panel.caption, "uri": panel.uri, "wide": panel.wide} for panel in one.panels]
    return {"title": one.title, "lines": one.lines, "panels": panels, "charts": [_chart(svg) for svg in one.charts]}


def _chart(svg: str) -> str:
    """Return a chart as the address of an image, which loads and runs nothing whatever a name in it holds."""
    from striate.reports.kit.svg import file_of

    return "data:image/svg+xml;base64," + base64.b64encode(file_of(svg).encode()).decode("ascii")
