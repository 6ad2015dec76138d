"""Laws over every net of the catalogue: it builds, runs, can be looked into, and has no part or option without effect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import torch
from pydantic.fields import FieldInfo
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from small_nets import small
from striate.base.errors import NetError
from striate.nets import build, names
from striate.nets.catalog import complete, entry
from striate.nets.measure.anatomy import anatomy
from striate.nets.measure.taps import tapped, taps

SHAPES = [(8, 8, 1), (28, 28, 1), (32, 32, 3), (33, 47, 4)]

# What an option needs beside it to have an effect.
BESIDE: dict[str, dict[str, Any]] = {
    "dropout_scaling": {"dropout": 0.5},
    "norm_epsilon": {"norm": "batch"},
    "norm_momentum": {"norm": "batch"},
}
OTHER: dict[str, list[Any]] = {
    "widths": [[[4], [5]]],
    "hidden": [[7], [7, 5]],
    "width": [1, 3],
    "kernel": [7],
    "n": [2],
}


def made(name: str, options: dict[str, Any], shape: tuple[int, int, int], classes: int = 7) -> nn.Module:
    """Return the net with the same draws every time."""
    torch.manual_seed(0)
    return build(name, options, shape, classes)


def accepted(name: str, shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return ``shape``, or the smallest one that the net accepts where it says that this is too small."""
    try:
        made(name, small(name), shape)
    except NetError as error:
        least = re.search(r"needs at least (\d+)x(\d+) pixels", str(error))
        if least is None or (int(least[1]), int(least[2])) <= shape[:2]:
            raise
        return (int(least[1]), int(least[2]), shape[2])
    return shape


def images(shape: tuple[int, int, int], count: int = 2) -> Tensor:
    height, width, channels = shape
    return torch.randn(count, channels, height, width, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("shape", SHAPES)
def test_it_builds_runs_and_its_anatomy_sums_to_its_parameters(name: str, shape: tuple[int, int, int]) -> None:
    shape = accepted(name, shape)
    net = made(name, small(name), shape)
    assert net(images(shape)).shape == (2, 7)
    found = anatomy(net, shape, name)
    assert found.parameters == sum(p.numel() for p in net.parameters())
    assert tuple(layer.name for layer in found.layers) == taps(net)
    assert found.layers[-1].output == (7,)


@pytest.mark.parametrize("name", names())
def test_multiply_adds_are_what_pytorch_counts(name: str) -> None:
    net = made(name, small(name), (32, 32, 3)).eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(torch.zeros(1, 3, 32, 32))
    assert 2 * anatomy(net, (32, 32, 3)).macs == counter.get_total_flops()


@pytest.mark.parametrize("name", names())
def test_every_tap_gives_what_the_module_put_out_and_changes_nothing(name: str) -> None:
    net = made(name, small(name), (32, 32, 3)).eval()
    batch = images((32, 32, 3))
    plain = net(batch)
    with tapped(net, taps(net)) as kept:
        assert torch.equal(net(batch), plain)
    assert list(kept) == list(taps(net))
    assert torch.equal(kept[taps(net)[-1]], plain)
    # What came out of a norm is kept, although the activation behind it works in place.
    for norm, act in zip(taps(net), taps(net)[1:], strict=False):
        if isinstance(net.get_submodule(norm), nn.BatchNorm2d) and isinstance(net.get_submodule(act), nn.ReLU):
            assert torch.equal(kept[act], kept[norm].relu())


@pytest.mark.parametrize("name", names())
def test_a_gradient_reaches_every_parameter(name: str) -> None:
    net = made(name, small(name), (32, 32, 3)).train()
    net(images((32, 32, 3), 8)).square().sum().backward()
    silent = [path for path, p in net.named_parameters() if p.grad is None or not p.grad.isfinite().all()]
    assert silent == []
    assert all(p.grad.abs().sum() > 0 for path, p in net.named_parameters() if path.endswith("weight"))


def others(field: str, info: FieldInfo, value: Any) -> Iterator[Any]:
    """Yield values of an option other than ``value``."""
    if field in OTHER:
        yield from (other for other in OTHER[field] if other != value)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, float):
        yield value + 0.25
    elif isinstance(value, int):
        yield value + 1
    else:
        yield from (choice for choice in get_args(info.annotation) if choice != value)


def effect(net: nn.Module) -> tuple[str, list[tuple[str, tuple[int, ...]]], list[float]]:
    """Return everything by which two nets can differ: their modules, their weights' shapes, and what they answer."""
    batch = images((32, 32, 3), 4)
    answers: list[float] = []
    for training in (True, False):
        torch.manual_seed(2)
        answers += net.train(training)(batch).flatten().tolist()
    return repr(net), [(path, tuple(p.shape)) for path, p in net.state_dict().items()], answers


@pytest.mark.parametrize("name", names())
def test_every_value_of_every_option_changes_the_net(name: str) -> None:
    fields = type(entry(name).default).model_fields
    for field, info in fields.items():
        beside = small(name) | {key: given for key, given in BESIDE.get(field, {}).items() if key in fields}
        value = getattr(complete(name, beside), field)
        seen = [effect(made(name, beside, (32, 32, 3)))]
        choices = list(others(field, info, value))
        assert choices, f"{field} has no other value"
        for choice in choices:
            found = effect(made(name, {**beside, field: choice}, (32, 32, 3)))
            assert found not in seen, f"{field} = {choice} changes nothing"
            seen.append(found)


@pytest.mark.parametrize("name", names())
def test_the_same_draws_give_the_same_net(name: str) -> None:
    first, second = (made(name, small(name), (32, 32, 3)).state_dict() for _ in range(2))
    assert list(first) == list(second)
    assert all(torch.equal(first[path], second[path]) for path in first)


@pytest.mark.parametrize("name", names())
def test_it_knows_itself_after_a_round_trip_of_its_options(name: str) -> None:
    options = complete(name, small(name))
    assert complete(name, options.model_dump(mode="json")) == options
    assert entry(name).summary
    assert "\n" not in entry(name).summary
