"""A page or a picture that was made, as a browser reads it."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "link", "input"}


@dataclass
class Node:
    """One element: its tag and attributes in lower case, and the text directly in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


class Markup(HTMLParser):
    """A page or a picture as a browser reads it; every element must be closed, and in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[Node] = []
        self.nodes: list[Node] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.nodes.append(Node(tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(self.nodes[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.nodes.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1].text += data

    @property
    def words(self) -> str:
        """All text that is shown, with single spaces."""
        return " ".join(" ".join(node.text for node in self.nodes if node.tag != "style").split())

    def named(self, tag: str) -> list[Node]:
        return [node for node in self.nodes if node.tag == tag]

    def labels(self) -> list[str]:
        """The texts of a picture."""
        return [node.text for node in self.named("text")]
