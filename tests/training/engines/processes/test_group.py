"""Which part of a batch each process computes, and what the environment of a launcher says."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from striate.base.errors import ProcessError, RunError
from striate.training.engines.processes.group import ALONE, VARIABLES, Group, launched, lost_told
from striate.training.engines.processes.together import Together, whole

FOUND = dict(zip(VARIABLES, ("1", "3", "127.0.0.1", "29500"), strict=True))


def test_parts_cover_a_batch_once_and_differ_by_one_image_at_most() -> None:
    for size in (1, 2, 3, 5):
        for images in (0, 1, size, 7, 25, 128):
            parts = [range(images)[Group(rank, size).slice(images)] for rank in range(size)]
            assert [image for part in parts for image in part] == list(range(images))
            assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_a_batch_of_fewer_than_two_images_a_process_is_not_cut() -> None:
    group = Group(1, 3)
    assert (group.part(6), group.part(5)) == (slice(2, 4), slice(0, 5))
    assert ALONE.part(1) == slice(0, 1)


@pytest.mark.parametrize("images", [2, 5, 7, 128])
def test_the_weighted_losses_of_all_parts_are_the_mean_loss_of_the_batch(images: int) -> None:
    losses, right = torch.rand(images, dtype=torch.float64), torch.arange(images) % 2
    added, gradients = torch.zeros(2, dtype=torch.float64), 0.0
    for rank in range(3):
        one = Together(Group(rank, 3), torch.nn.Linear(1, 1), sync=False, unused=False)
        mine, hits = one.take(losses, right)
        added += whole(mine.mean(), hits.sum(), one)
        gradients += float(mine.mean()) * one.weight * 3 / 3  # as the mean of all processes
    assert added[0].item() == pytest.approx(losses.mean().item(), rel=1e-14)
    assert gradients == pytest.approx(losses.mean().item(), rel=1e-14)
    assert round(added[1].item()) == int(right.sum())


def test_each_process_drops_other_cells_unless_all_compute_the_same() -> None:
    streams = [Together(Group(rank, 2), torch.nn.Linear(1, 1), sync=False, unused=False) for rank in range(2)]
    for one in streams:
        one.take(torch.zeros(8), torch.zeros(8))
    assert [one.stream for one in streams] == [(), (1,)]
    for one in streams:
        one.take(torch.zeros(3), torch.zeros(3))
    assert [one.stream for one in streams] == [(), ()]


def test_a_launcher_is_seen_by_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert launched() is None
    for name, value in FOUND.items():
        monkeypatch.setenv(name, value)
    assert launched() == Group(1, 3)
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert launched() is None


@pytest.mark.parametrize(("name", "value"), [("RANK", "3"), ("RANK", "x"), ("MASTER_PORT", "")])
def test_half_an_environment_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    for variable, said in {**FOUND, name: value}.items():
        monkeypatch.setenv(variable, said)
    with pytest.raises(RunError, match=r"group of processes that is none .*RANK=.*start them by torchrun"):
        launched()


def test_a_lost_process_is_told_of_and_other_errors_pass() -> None:
    with pytest.raises(ProcessError, match=r"another process of this run is gone .*resume the run"), lost_told():
        raise RuntimeError("[pair.cc:534] Connection closed by peer [127.0.0.1]:1")
    with pytest.raises(RuntimeError, match="shape"), lost_told():
        raise RuntimeError("shape mismatch")


def test_a_batch_is_scored_in_parts_none_of_which_is_empty() -> None:
    """A net of one's own need not take no images at all: x.view(len(x), -1) does not."""
    batches = [(torch.arange(n)[:, None], torch.arange(n)) for n in (7, 1)]
    found = [
        list(Together(Group(rank, 3), nn.Linear(1, 1), sync=False, unused=False).scored(batches)) for rank in range(3)
    ]
    assert [[labels.tolist() for _, labels in part] for part in found] == [[[0, 1]], [[2, 3]], [[4, 5, 6], [0]]]


def test_what_depends_on_its_batch_is_scored_whole_and_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    net = nn.BatchNorm2d(1, track_running_stats=False)
    together = Together(Group(1, 2), net, sync=True, unused=False)
    batch = (torch.ones(3, 1, 2, 2), torch.zeros(3))
    assert [len(labels) for _, labels in together.scored([batch])] == [3]
    monkeypatch.setattr(Group, "sum", lambda self, tensor: tensor * self.size)  # the other one counts the same
    assert together.summed(torch.tensor([1.5, 2.0, 3.0])).tolist() == [1.5, 2.0, 3.0]
