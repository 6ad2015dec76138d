"""The trial of every net that is not of the catalogue: is it a module, does it take the images, do logits come out?

It also finds how the net wants to be called (`calling.py`): one image is sent through it in contiguous memory, where
the net may write into it, and again in channels-last memory, where `x.view(len(x), -1)` fails. The net is left as it was.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from contextlib import redirect_stdout
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from striate.base.errors import NetError, listed, reason
from striate.nets.custom.calling import give_copies, in_mode, keep_contiguous, keep_prints_apart
from striate.nets.custom.state import traceless
from striate.nets.custom.surroundings import seeded, settings, settings_kept
from striate.nets.entry import ImageShape

GIVEN = ("image_shape", "classes")  # parameters that a maker is told, and therefore no options
SAME = 1e-3  # of the largest logit: the sums of another layout differ by far less


def unwrapped(made: object, name: str) -> nn.Module:
    """Return the module that ``made`` is, without a wrapper that only has it run otherwise; raises NetError for others."""
    if not isinstance(made, nn.Module):
        what = (
            f"the class {made.__name__} itself" if isinstance(made, type) else f"a value of type {type(made).__name__}"
        )
        raise NetError(f'"{name}" returned {what}, and must return a torch.nn.Module')
    inner: Any = made
    while isinstance(inner, nn.DataParallel) or type(inner).__name__ == "OptimizedModule":  # that of torch.compile
        inner = inner.module if isinstance(inner, nn.DataParallel) else vars(inner)["_modules"]["_orig_mod"]
    if isinstance(inner, torch.jit.ScriptModule):
        raise NetError(
            f'"{name}" returned a TorchScript module, whose insides cannot be looked into; return the module itself, as it is '
            "before torch.jit"
        )
    if scripted := [path for path, module in inner.named_modules() if isinstance(module, torch.jit.ScriptModule)]:
        raise NetError(
            f'"{name}" has TorchScript modules in it ({listed(scripted[:3])}), whose insides cannot be looked into; leave them'
            " as they are before torch.jit"
        )
    return inner


def tried(
    net: nn.Module, name: str, image_shape: ImageShape, classes: int, *, told: Collection[str] = GIVEN
) -> nn.Module:
    """Return ``net`` as it was, after one image of noise in evaluation mode; raises NetError unless logits come out.

    ``told`` are those of image_shape and classes that its maker was given; of the others the error says that it can be.
    """
    height, width, channels = image_shape
    sent = f"an image of {channels}x{height}x{width} (channels, height, width)"
    image = torch.randn(1, channels, height, width, generator=torch.Generator().manual_seed(0), dtype=torch.float32)
    _refuse_empty(net, name)
    with settings_kept():
        try:
            # Layers that learn their sizes from the first image have none yet, and a net without sizes cannot be compared.
            if any(is_lazy(p) for p in (*net.parameters(), *net.buffers())):
                _filled(net, image, name)
            with traceless(net), redirect_stdout(io.StringIO()) as heard:
                out, wrote = called(in_mode(net), image)
        except NetError:
            raise
        except Exception as error:
            raise NetError(
                f'net "{name}" does not take {sent} ({reason(error, kind=True)}); it may need other channels or a larger '
                f"image_size{_could_be('image_shape', '(height, width, channels)', told)}"
            ) from error
    if not isinstance(out, Tensor) or out.shape != (1, classes):
        got = f"shape {tuple(out.shape)}" if isinstance(out, Tensor) else f"a {type(out).__name__}"
        raise NetError(
            f'net "{name}" gives {got} for {sent}, and must give logits of shape (1, {classes})'
            f"{_could_be('classes', 'their number', told) if isinstance(out, Tensor) else ''}"
        )
    if not out.is_floating_point():
        raise NetError(f'net "{name}" gives {_kind(out)}, and must give logits as real numbers with fractions')
    if heard.getvalue():
        keep_prints_apart(net)
    if wrote:
        give_copies(net)
    # Some code takes memory for shape (view, as_strided); such a net keeps the layout that it was written for.
    if not _same_in_channels_last(net, image, out):
        keep_contiguous(net)
    return net


def called(net: nn.Module, images: Tensor, number: int = 0) -> tuple[Any, bool]:
    """Return what ``net`` gives for a copy of ``images`` without gradients, and whether it wrote into that copy.

    The global generators stand at ``number`` for it. Raises NetError where being called makes it change a setting of PyTorch.
    """
    given, before = images.clone(), settings()
    version = given._version
    with seeded(number), settings_kept():
        with torch.no_grad():
            out = net(given)
        refuse_settings(before)
    return out, given._version != version or not torch.equal(given, images)


def refuse_settings(before: dict[str, Any]) -> None:
    """Raise NetError where the settings of PyTorch are not those of ``before``, which `settings` returned."""
    if changed := [name for name, value in settings().items() if value != before[name]]:
        raise NetError(
            f"the net changes {listed(changed)} of PyTorch for all others each time it is called; leave that out of forward"
        )


def _same_in_channels_last(net: nn.Module, image: Tensor, out: Tensor) -> bool:
    """Return whether ``net`` gives ``out`` for ``image`` also where its weights and the image are in channels-last memory."""
    weights = [(p, p.data) for p in net.parameters() if p.dim() == 4]
    with traceless(net):
        try:
            net.eval()
            for p, data in weights:
                p.data = data.to(memory_format=torch.channels_last)
            other, _ = called(net, image.clone(memory_format=torch.channels_last))
            return isinstance(other, Tensor) and alike(out, other, SAME)
        except Exception:  # whatever it is, contiguous memory spares the net of it
            return False
        finally:
            for p, data in weights:
                p.data = data


def alike(a: Tensor, b: Tensor, share: float) -> bool:
    """Return whether two tensors differ nowhere by more than ``share`` of the larger of 1 and the largest number in them."""
    if a.shape != b.shape:
        return False
    most = share * max(1.0, float(a.detach().nan_to_num().abs().max()) if a.numel() else 1.0)
    return torch.allclose(a.double(), b.double(), rtol=0.0, atol=most, equal_nan=True)


def _refuse_empty(net: nn.Module, name: str) -> None:
    """Raise NetError for weights that have a shape and no numbers."""
    if empty := [path for path, tensor in (*net.named_parameters(), *net.named_buffers()) if tensor.is_meta]:
        raise NetError(
            f'net "{name}" has weights without numbers (on the device meta): {listed(empty[:3])}; build it on the processor, '
            "or fill them before it is returned"
        )


def _filled(net: nn.Module, image: Tensor, name: str) -> None:
    """Have lazy layers draw their weights, from the global generators as the others did."""
    modes = {module: module.training for module in net.modules()}
    with torch.no_grad():
        in_mode(net)(image.clone())
    for module, training in modes.items():
        module.training = training
    if empty := [path for path, p in (*net.named_parameters(), *net.named_buffers()) if is_lazy(p)]:
        raise NetError(
            f'net "{name}" has lazy layers that no image passes, so that nothing sets the size of {listed(empty[:3])}; leave '
            "them out, or give their sizes"
        )


def _kind(tensor: Tensor) -> str:
    return f"{'complex' if tensor.is_complex() else 'whole'} numbers ({str(tensor.dtype).removeprefix('torch.')})"


def _could_be(word: str, what: str, told: Collection[str]) -> str:
    return "" if word in told else f"; a parameter of it that is called {word} would be given {what}"
