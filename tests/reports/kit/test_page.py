"""The skeleton: everything escaped, nothing requested, and no picture that is more than a picture."""

from __future__ import annotations

import pytest

from striate.reports.kit.page import picture, render

GOOD = '<svg xmlns="http://www.w3.org/2000/svg"><g style="fill: url(#a)"><text x="1">a</text><use href="#b"/></g></svg>'


def page(title: str) -> str:
    return render("page.html.jinja", title=title)


def test_a_page_allows_no_request_and_no_script() -> None:
    assert (
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
        in page("a")
    )


def test_a_value_is_escaped() -> None:
    assert "<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;</title>" in page(
        "</title><script>alert(1)</script>"
    )


def test_half_a_character_does_not_break_the_file() -> None:
    assert "<title>a?b</title>" in page("a\ud800b")


def test_light_dark_print_and_narrow_are_provided_for() -> None:
    css = page("a")
    for rule in ("prefers-color-scheme: dark", "@media print", "max-width: 40rem", 'name="viewport"'):
        assert rule in css


def test_a_picture_passes_as_it_is() -> None:
    assert picture(GOOD).__html__() == GOOD


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ("<script>alert(1)</script>", "element script"),
        ("<foreignObject><p>a</p></foreignObject>", "element foreignobject"),
        ('<image href="#a"/>', "element image"),
        ('<g onclick="alert(1)"/>', "attribute onclick"),
        ('<use href="https://example.org/a.svg#b"/>', "href to https"),
        ('<use xlink:href="data:image/svg+xml,x"/>', "href to data"),
        ('<g style="fill: url(https://example.org)"/>', "style that points outside"),
        ("<style>@import 'https://example.org';</style>", "style that points outside"),
        ("<style>a{background:URL('//example.org')}</style>", "style that points outside"),
    ],
)
def test_what_is_more_than_a_picture_is_refused(part: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        picture(GOOD.replace("<g ", f"{part}<g ", 1))


@pytest.mark.parametrize("text", ["", "plain", "<p>a</p>", GOOD + "<p>a</p>"])
def test_what_is_no_picture_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="refused"):
        picture(text)
