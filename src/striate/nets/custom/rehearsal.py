"""Two updates on noise before a net of one's own is trained: what would lose a run, or make it another, is said at once.

    net, other      built under one seed: the same weights, or the same command would give two different runs
    other           two updates in training mode: logits, a loss, gradients
    third           built under another seed, with the weights of `other` put in: the same logits, or a file of weights would
                    not hold what was trained

All on copies that are thrown away; the net itself is only looked at.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from striate.base.errors import NetError, counted, listed, reason
from striate.base.seeds import integer
from striate.nets.custom.acceptance import alike, called, refuse_settings
from striate.nets.custom.calling import give_copies, in_mode, keep_contiguous, takes_channels_last
from striate.nets.custom.remarks import remarks
from striate.nets.custom.state import strays
from striate.nets.custom.surroundings import seeded, settings, settings_kept
from striate.nets.entry import ImageShape
from striate.nets.uncompiled import leave_compiler_out, take_step
from striate.nets.weights.load import misfits

Make = Callable[[], nn.Module]
SAME = 1e-5  # of the largest logit
KEPT = {torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.bool, torch.uint8} | {
    getattr(torch, f"int{bits}") for bits in (8, 16, 32, 64)
}
REMEDIES = {
    "tensor": 'keep it as self.register_buffer("{last}", ...), or as an nn.Parameter',
    "buffer": "leave persistent=False out of its register_buffer",
    "array": 'keep it as a tensor, by self.register_buffer("{last}", torch.from_numpy(...))',
    "module": "keep its list as an nn.ModuleList, so that its weights are found",
    "generator": "draw from the global generators of torch, NumPy or Python, which are seeded for every update",
    "value": 'keep it as self.register_buffer("{last}", torch.tensor(...))',
}


def rehearse(
    net: nn.Module, make: Make, seed: int, name: str, image_shape: ImageShape, classes: int, size: int
) -> tuple[str, ...]:
    """Return remarks on ``net``; raise NetError where it cannot be trained on batches of ``size``, or its weights not be kept.

    ``make`` builds it anew; ``net`` is what it gave while the global generators stood at ``seed``. How the net wants to be
    called is noted on it.
    """
    height, width, channels = image_shape
    rng = torch.Generator().manual_seed(0)
    images = torch.randn(min(size, 4), channels, height, width, generator=rng)
    labels = torch.randint(classes, (len(images),), generator=rng)
    _refuse_weights(net, name)
    other = _trained(net, lambda: _again(net, make, seed, name), images, labels, name)
    with seeded(integer(0, "init", 1)), settings_kept():
        third = make()
    state = {key: value.detach().clone() for key, value in other.state_dict().items()}
    if faults := misfits(third, state):
        told = "; ".join(f"{kind} {listed(names[:3])}" for kind, names in faults.items())
        raise NetError(
            f'the weights of net "{name}" do not fit it when it is built again ({told}); build it the same each time'
        )
    try:
        third.load_state_dict(state)
    except Exception as error:
        told = str(error).partition("\n")[2].strip() or str(error)  # which PyTorch says below a heading
        raise NetError(f'net "{name}" does not take its own weights back ({reason(NetError(told))})') from error
    for training in (False, True):
        _compare(in_mode(other, training), in_mode(third, training), images, name)
    return remarks(other, image_shape, name)


def _refuse_weights(net: nn.Module, name: str) -> None:
    """Raise NetError for weights that cannot be trained, or not be written to a file."""
    trained = {path: p for path, p in net.named_parameters() if p.requires_grad}
    every = {**dict(net.named_parameters()), **dict(net.named_buffers())}
    if not trained:
        frozen = (
            "all its parameters are frozen (requires_grad is False)"
            if any(True for _ in net.parameters())
            else "it has no parameters"
        )
        raise NetError(f'net "{name}" has nothing to train: {frozen}; leave some of them free')
    if extra := [path for path, value in net.state_dict().items() if not isinstance(value, Tensor)]:
        raise NetError(
            f'net "{name}" puts into its state what is not a tensor ({listed(extra[:3])}, by get_extra_state), and a file of '
            "weights holds tensors alone; return a tensor there"
        )
    # Buffers too: a file of weights has to hold them, and an optimizer has not.
    strange = [path for path, t in every.items() if t.dtype not in KEPT or t.layout != torch.strided]
    if strange:
        kind = every[strange[0]]
        what = f"{str(kind.dtype).removeprefix('torch.')}{'' if kind.layout == torch.strided else ', not dense'}"
        raise NetError(
            f'net "{name}" has weights of a type that is not trained here: {listed(strange[:3])} ({what}); keep complex '
            "numbers as two real ones (torch.view_as_real)"
        )
    if broken := [path for path, p in trained.items() if not p.isfinite().all()]:
        raise NetError(f'net "{name}" begins with NaN or infinity in {listed(broken[:3])}; correct how it is filled')


def _again(net: nn.Module, make: Make, seed: int, name: str) -> nn.Module:
    """Return the net built again under the same seed; raises NetError unless its weights are the same, and its own."""
    with seeded(seed), settings_kept():
        other = make()
    mine = {p.data_ptr() for p in net.parameters() if p.requires_grad and p.numel()}
    if shared := [path for path, p in other.named_parameters() if p.data_ptr() in mine]:
        raise NetError(
            f'net "{name}" gives the same weights each time it is built ({listed(shared[:3])}), so that one run would go on '
            "where another ended; make its layers inside it, anew at each call"
        )
    before, now = net.state_dict(), other.state_dict()
    changed = [path for path in before if path not in now or not _equal(before[path], now[path])]
    if changed:
        raise NetError(
            f'net "{name}" begins with other weights each time though its generators are seeded ({listed(changed[:3])}); draw '
            "them from the global generators of torch, NumPy or Python, and fill what torch.empty leaves"
        )
    return other


def _equal(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and torch.allclose(a, b, rtol=0, atol=0, equal_nan=a.is_floating_point())


def _trained(net: nn.Module, again: Make, images: Tensor, labels: Tensor, name: str) -> nn.Module:
    """Return a copy after two updates, in the layout that training uses; raises NetError where they fail."""
    if takes_channels_last(net):
        other = again().to(memory_format=torch.channels_last)
        with contextlib.suppress(Exception):  # in contiguous memory it may go; if not, that says better why
            _updates(net, other, images.to(memory_format=torch.channels_last), labels, name)
            return other
    keep_contiguous(net)
    other = again()
    _updates(net, other, images, labels, name)
    return other


@torch.enable_grad()
def _updates(net: nn.Module, other: nn.Module, images: Tensor, labels: Tensor, name: str) -> None:
    other.train()
    leave_compiler_out()
    optimizer = torch.optim.SGD([p for p in other.parameters() if p.requires_grad], lr=1e-3)
    before = settings()
    for number in range(2):
        given = images.clone()
        version = given._version
        with seeded(number), settings_kept():
            try:
                with redirect_stdout(sys.stderr):
                    out: Any = other(given)
                refuse_settings(before)
            except NetError:
                raise
            except Exception as error:
                raise NetError(
                    f'net "{name}" cannot be trained: in training mode it raised {reason(error, kind=True)}'
                ) from error
            if not isinstance(out, Tensor) or out.shape != (len(labels), int(out.shape[-1])) or out.dim() != 2:
                got = f"shape {tuple(out.shape)}" if isinstance(out, Tensor) else f"a {type(out).__name__}"
                raise NetError(
                    f'net "{name}" cannot be trained: in training mode it gives {got} for'
                    f" {counted(len(labels), 'image')}, and must give "
                    f"logits ({len(labels)}, classes) as in evaluation mode"
                )
            if given._version != version or not torch.equal(given, images):
                give_copies(net)
                give_copies(other)
            _step(other, out, labels, optimizer, name)


def _step(other: nn.Module, out: Tensor, labels: Tensor, optimizer: torch.optim.Optimizer, name: str) -> None:
    try:
        F.cross_entropy(out if out.dtype == torch.float64 else out.float(), labels).backward()
    except Exception as error:
        why = (
            "no gradient leads from its logits to its weights (forward uses no_grad, detach or NumPy)"
            if not out.requires_grad
            else f"going back through it raised {reason(error, kind=True)}"
        )
        raise NetError(f'net "{name}" cannot be trained: {why}') from error
    if all(p.grad is None for p in other.parameters()):
        raise NetError(f'net "{name}" cannot be trained: no gradient leads from its logits to any of its weights')
    if sparse := [
        path for path, p in other.named_parameters() if p.grad is not None and p.grad.layout != torch.strided
    ]:
        raise NetError(
            f'net "{name}" cannot be trained: the gradient of {listed(sparse[:3])} is sparse, which few optimizers take; leave '
            "sparse=True out"
        )
    take_step(optimizer)
    optimizer.zero_grad()


def _compare(trained: nn.Module, loaded: nn.Module, images: Tensor, name: str) -> None:
    """Raise NetError unless two nets with the same weights agree, and the first with itself."""
    mode = "training mode" if trained.training else "evaluation mode"
    first, again = called(trained, images)[0], None
    there = called(loaded, images)[0]
    if not trained.training:
        again = called(trained, images)[0]
    if isinstance(again, Tensor) and not alike(first, again, SAME):
        raise NetError(
            f'net "{name}" gives other logits when it is called a second time with the same images in {mode}'
            f"{_blame(trained, loaded)}"
        )
    if not alike(first, there, SAME):
        raise NetError(
            f'net "{name}" answers otherwise once its weights are saved and loaded into a new one ({mode})'
            f"{_blame(trained, loaded)}"
        )


def _blame(a: nn.Module, b: nn.Module) -> str:
    found = strays(a, b)
    if not found:
        return "; it depends on what is neither a parameter nor a buffer, such as a global variable or a generator of its own"
    path, kind = found[0]
    more = f" (and {listed([other for other, _ in found[1:4]])})" if len(found) > 1 else ""
    last = path.rpartition(".")[2].partition("[")[0]
    return f": {path}{more} is in no file of weights; {REMEDIES[kind].format(last=last)}"
