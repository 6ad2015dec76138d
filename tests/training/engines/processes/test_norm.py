"""Batch norm over two processes, here two threads that add up at a barrier, against PyTorch's over the whole batch."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import Tensor, nn

from striate.training.engines.processes.norm import needs_whole_batches, over_all


class Meeting:
    """Adds up what two threads bring."""

    def __init__(self) -> None:
        self.barrier, self.brought = threading.Barrier(2, timeout=60), dict[int, Tensor]()

    def total(self, rank: int, tensor: Tensor) -> Tensor:
        self.brought[rank] = tensor.detach().clone()
        self.barrier.wait()
        found = self.brought[0] + self.brought[1]
        self.barrier.wait()
        return found


def layer(dims: int, momentum: float | None, affine: bool) -> nn.Module:
    torch.manual_seed(1)
    kind = nn.BatchNorm1d if dims == 0 else nn.BatchNorm2d
    made = kind(3, momentum=momentum, affine=affine).double()
    if affine:
        nn.init.normal_(made.weight)
        nn.init.normal_(made.bias)
    return made


@pytest.mark.parametrize(
    ("dims", "momentum", "affine"), [(2, 0.1, True), (0, 0.1, True), (2, None, True), (2, 0.1, False)]
)
def test_two_uneven_parts_are_as_the_whole_batch(dims: int, momentum: float | None, affine: bool) -> None:
    draw = torch.Generator().manual_seed(2)
    shape = (7, 3, *[4] * dims)
    images = torch.randn(shape, dtype=torch.float64, generator=draw) * 3 + 100  # far from zero: one pass would cancel
    wanted = torch.randn(shape, dtype=torch.float64, generator=draw)
    parts, meeting = (slice(0, 3), slice(3, 7)), Meeting()
    copies = [layer(dims, momentum, affine) for _ in range(3)]

    def one(rank: int) -> tuple[Tensor, Tensor, nn.Module]:
        mine, x = copies[rank], images[parts[rank]].clone().requires_grad_()
        with over_all(mine, lambda tensor: meeting.total(rank, tensor)):
            for _ in range(2):
                out = mine(x)
            out.backward(wanted[parts[rank]])
        assert "forward" not in vars(mine)
        return out.detach(), x.grad, mine

    # On processors the gradient is computed in the thread that asks for it.
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(one, range(2)))
    known, x = copies[2], images.clone().requires_grad_()
    for _ in range(2):
        out = known(x)
    out.backward(wanted)
    close = {"rtol": 1e-10, "atol": 1e-10}
    torch.testing.assert_close(torch.cat([part[0] for part in found]), out.detach(), **close)
    torch.testing.assert_close(torch.cat([part[1] for part in found]), x.grad, **close)
    for name, parameter in known.named_parameters():
        torch.testing.assert_close(
            sum(dict(part[2].named_parameters())[name].grad for part in found), parameter.grad, **close
        )
    for part in found:
        torch.testing.assert_close(dict(part[2].named_buffers()), dict(known.named_buffers()), **close)


def test_in_evaluation_the_running_statistics_are_used() -> None:
    mine = layer(2, 0.1, True).eval()
    images = torch.randn(2, 3, 4, 4, dtype=torch.float64)
    with over_all(mine, lambda tensor: pytest.fail("nothing is to be added up")):
        assert torch.equal(mine(images), layer(2, 0.1, True).eval()(images))


def test_in_evaluation_nothing_is_added_up_where_there_are_no_running_statistics_either() -> None:
    """The processes may score other numbers of batches: one would wait for a sum that no other takes part in."""
    mine = nn.BatchNorm2d(3, track_running_stats=False).double().eval()
    images = torch.randn(2, 3, 4, 4, dtype=torch.float64)
    known = mine(images)
    with over_all(mine, lambda tensor: pytest.fail("nothing is to be added up")):
        assert torch.equal(mine(images), known)


def test_batch_norm_without_running_statistics_needs_whole_batches() -> None:
    assert needs_whole_batches(nn.Sequential(nn.BatchNorm1d(2), nn.BatchNorm2d(2, track_running_stats=False)))
    assert not needs_whole_batches(nn.Sequential(nn.BatchNorm2d(2), nn.InstanceNorm2d(2)))
