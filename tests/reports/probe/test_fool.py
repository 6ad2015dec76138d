"""The page of fooling: four pictures for each pair, sizes, and the matrix over sources, targets and nets."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from striate.data.photos.picture import Picture
from striate.probes.fooling.facts import FoolFacts
from striate.probes.fooling.fool import fool
from striate.probes.record import Record
from striate.reports.probe.fool import MOST_PAIRS, page
from striate.reports.probe.page import probe_html

NAMES = ("dark", "bright")


class Bright(nn.Module):
    """Sees class 1 in an image brighter on average than a half."""

    def forward(self, x: Tensor) -> Tensor:
        score = x.mean((1, 2, 3)) - 0.5
        return torch.stack((-score, score), 1)


def made(count: int, **options: object) -> tuple[Record[FoolFacts], list[Picture]]:
    values = np.linspace(51, 102, count).astype(np.uint8)
    pictures = [Picture(f"image {i}", np.full((2, 2, 1), v, np.uint8), f"image {i}") for i, v in enumerate(values)]
    x = torch.from_numpy(np.stack([p.pixels for p in pictures])).permute(0, 3, 1, 2).float() / 255
    return fool(Bright(), x, target=1, step=0.1, **options), pictures  # pyright: ignore[reportArgumentType]


def test_original_fooled_difference_and_magnified() -> None:
    record, pictures = made(1)
    group = page(record, pictures, NAMES, "net").groups[0]
    # From 0.2 each step adds 0.05 to every pixel: above 0.5 after 7 (0.55), or after 6 if 0.5 were rounded up.
    change = float(record.arrays["change"][0, 0, 0, 0])
    assert group.title == "image 0: dark to bright"
    assert group.lines[0].startswith(f"arrived after {record.arrays['iterations'][0]} steps, probability 0.5")
    assert [panel.caption for panel in group.panels] == [
        "original, seen as dark",
        "fooled, seen as bright",
        "difference",
        "difference, 10 times",
    ]
    levels = [int(panel.pixels[0, 0, 0]) for panel in group.panels]
    assert levels == [51, round(255 * (0.2 + change)), round(255 * (0.5 + change / 2)), 255]


def test_the_transfer_is_told_in_shares_and_in_a_matrix() -> None:
    record, pictures = made(3, also={"other": Bright()})
    shown = page(record, pictures, NAMES, "net")
    sizes, nets, itself, other = shown.tables
    assert len(sizes.rows) == 3
    assert nets.rows[1][:3] == ("other", "3", "100.0 % (43.9 to 100.0)")
    assert itself.columns == ("class", "bright")
    assert other.title == "From class (rows) to target (columns): other"
    assert other.rows == (("dark", "3/3"),)
    html = probe_html(shown)
    assert "pairs of one image are not" in html
    assert "<math" in html


def test_a_page_draws_the_first_pairs_and_says_so() -> None:
    record, pictures = made(MOST_PAIRS + 1)
    shown = page(record, pictures, (), "net")
    assert len(shown.groups) == MOST_PAIRS
    assert shown.notes[-1] == f"The first {MOST_PAIRS} of {MOST_PAIRS + 1} pairs are drawn."
    assert shown.groups[0].title == "image 0: class 0 to class 1"


def test_what_did_not_arrive_is_told() -> None:
    record, pictures = made(2, steps=1, budget=0.05)
    shown = page(record, pictures, NAMES, "net")
    assert shown.groups[0].lines[0].startswith("did not arrive after 1 step,")
    assert shown.groups[0].panels[1].caption == "changed, seen as dark"
    assert not [table for table in shown.tables if table.title.startswith("From class")]  # nothing was tried
    assert "0 of 2 pairs of image and target arrived" in shown.words[1]
    assert "and by 0.05 (l2) at most in all" in shown.words[0]
    assert shown.tables[1].rows[0][2] == "none tried"


class Torn(nn.Module):
    """Scores both classes alike, whatever it sees."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.zeros(len(x), 2)


def test_pairs_without_an_answer_are_said_to_be_left_out() -> None:
    record, pictures = made(2, also={"torn": Torn()})
    notes = page(record, pictures, NAMES, "tiny").notes
    assert any(note.startswith("Left out: 2 pairs in which torn has no answer") for note in notes)
    assert not any("Left out" in note for note in page(*made(2), NAMES, "tiny").notes)
