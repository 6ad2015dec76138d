"""A look that leaves no trace: whatever a probe does in the block, net, images and random states are then as they were.

Inside, every module is in evaluation mode (dropout off, batch norm by its running averages) and no parameter asks for a
gradient, which also spares computing the gradients of the weights. Afterwards, also when the block raised, the mode of every
module, requires_grad and .grad of every parameter, the values of every buffer, and the states of the generators of
PyTorch (CPU and the net's device), NumPy and Python are those of before. Inside they stand at 0, so that a net which draws
numbers draws the same ones each time. The caller's images are never written to: a probe
works on its own copy, so that a net which begins with an in-place layer cannot change them either.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn

from striate.base.errors import ProbeError, StriateError, reason
from striate.nets.custom.calling import device_of, input_dtype
from striate.nets.custom.surroundings import seeded
from striate.nets.uncompiled import uncompiled

OURS = (Path(__file__).parents[1], Path(traceback.__file__).parent)  # and Python's
# What PyTorch says where what is asked for was not computed from the images.
UNREACHED = (
    *("does not require grad", "not have been used in the graph", "cannot register a hook on a tensor"),
    "Can't call numpy() on Tensor that requires grad",
)
REENTRANT = (
    "When use_reentrant=True"  # how PyTorch begins to say that such a checkpoint does not go with what probes ask
)


@contextmanager
def untouched(net: nn.Module, images: Tensor) -> Generator[Tensor, None, None]:
    """Yield a copy of ``images`` (N, C, H, W) in the dtype and on the device of ``net``, which the block may use freely.

    Gradients are on inside, whatever the caller's mode is. Raises ProbeError for images that no probe can use.
    """
    check_images(images)
    restorers = [_modes(net), _parameters(net), _buffers(net)]
    try:
        # Tensors made under inference mode could not enter a graph, so it is off inside, and the copy is made here.
        with torch.inference_mode(False), torch.enable_grad(), seeded(0), uncompiled():
            net.eval()
            for each in net.parameters():
                each.requires_grad_(False)
            where = device_of(net) if any(True for _ in net.parameters()) else images.device
            yield images.detach().to(device=where, dtype=input_dtype(net), copy=True)
    except StriateError:
        raise
    except Exception as error:
        if any(words in str(error) for words in UNREACHED):
            raise ProbeError(
                "no gradient leads from the net's logits back to its images (its forward uses NumPy, detach or no_grad), and"
                " this probe follows gradients; occlusion does without"
            ) from error
        if str(error).startswith(REENTRANT):
            raise ProbeError(
                "the net's torch.utils.checkpoint has use_reentrant=True, which lets no gradient be asked for by itself; give"
                " it use_reentrant=False"
            ) from error
        if when := _of_net(error):
            raise ProbeError(
                f"the net does not bear this probe: it raised {reason(error, kind=True)} {when}"
            ) from error
        raise
    finally:
        for restore in restorers:
            restore()


def _of_net(error: Exception) -> str:
    """Return when the net raised ``error``, in words; empty where it was not the net.

    Called, it did where code that a module called is neither ours, a library's nor Python's. What is raised while a gradient
    goes back through the net is always of the net's own operations, as one in place that loses what another still needs.
    """
    frames = traceback.extract_tb(error.__traceback__)
    if any(Path(frame.filename).parts[-3:-1] == ("torch", "autograd") for frame in frames):
        return "when a gradient went back through it"
    calls = [place for place, frame in enumerate(frames) if frame.name == "_call_impl"]  # of torch.nn.Module
    files = [Path(frame.filename) for frame in frames[calls[0] :]] if calls else []
    own = (file for file in files if file.suffix == ".py" and "site-packages" not in file.parts)
    of_net = any(not any(file.is_relative_to(place) for place in OURS) for file in own)
    return "when it was called" if of_net else ""


def check_images(images: Tensor) -> None:
    """Raise ProbeError unless ``images`` is a batch (N, C, H, W) of finite floats with at least one image."""
    if images.dim() != 4 or not images.is_floating_point():
        raise ProbeError(
            f"the images are {str(images.dtype).removeprefix('torch.')} of shape {tuple(images.shape)}, and a probe needs"
            " floats (N, C, H, W), normalized as the net was trained"
        )
    if images.numel() == 0:
        raise ProbeError(f"the images have the shape {tuple(images.shape)}, and a probe needs at least one")
    if not bool(torch.isfinite(images).all()):
        raise ProbeError("the images hold NaN or infinity, and a probe needs finite numbers; correct or remove these")


def _modes(net: nn.Module) -> Callable[[], None]:
    modes = {module: module.training for module in net.modules()}

    def restore() -> None:
        for module, training in modes.items():
            module.training = training

    return restore


def _parameters(net: nn.Module) -> Callable[[], None]:
    before = [(parameter, parameter.requires_grad, parameter.grad) for parameter in net.parameters()]

    def restore() -> None:
        for parameter, asked, gradient in before:
            parameter.requires_grad_(asked)
            parameter.grad = gradient

    return restore


def _buffers(net: nn.Module) -> Callable[[], None]:
    # A layer may write into its buffer, or put another tensor in its place.
    held = [(module, dict(module.__dict__["_buffers"])) for module in net.modules()]
    with torch.no_grad():
        before = [(buffer, buffer.clone()) for buffer in net.buffers()]

    def restore() -> None:
        with torch.no_grad():
            for buffer, value in before:
                if not torch.equal(buffer, value):
                    buffer.copy_(value)
        for module, buffers in held:
            module.__dict__["_buffers"].update(buffers)

    return restore
