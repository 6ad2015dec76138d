"""Nets as people write them, the odd ones among them: the catalogue of tests/laws/test_own_nets.py.

Each takes images (N, 1, 8, 8) to 10 logits, or has a fault that is named in the law's table.
"""

from __future__ import annotations

import copy as copying
import functools
import random
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize

SIDE, CLASSES = 8, 10
CELLS = SIDE * SIDE
SHARED = nn.Linear(CELLS, CLASSES)
SCALE = torch.tensor(0.5)


class View(nn.Module):
    """LeNet's idiom, which channels-last memory does not allow."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc = nn.Conv2d(1, 4, 3), nn.Linear(4 * 36, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.conv(x))
        return self.fc(y.view(y.size(0), -1))


class ViewOfImage(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(CELLS, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x.view(len(x), -1))


class InPlace(View):
    def forward(self, x: Tensor) -> Tensor:
        x.mul_(0.5).add_(1.0)
        return super().forward(x)


class InPlaceFirst(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(nn.ReLU(inplace=True), nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(144, CLASSES))


class NoiseInPlace(View):
    """Writes into its images in training mode alone."""

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            x += 0.1 * torch.randn_like(x)
        return super().forward(x)


class PlainTensor(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.proj, self.fc = torch.randn(CELLS, 8), nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(torch.relu(x.flatten(1) @ self.proj))


class PlainArray(PlainTensor):
    def __init__(self) -> None:
        super().__init__()
        self.proj = np.random.randn(CELLS, 8).astype("float32")

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(torch.relu(x.flatten(1) @ torch.from_numpy(self.proj)))


class Fleeting(PlainTensor):
    """A buffer that the state dictionary leaves out."""

    def __init__(self) -> None:
        super().__init__()
        proj = self.proj
        del self.proj
        self.register_buffer("proj", proj, persistent=False)


class ConstantTensor(PlainTensor):
    """The same tensor each time it is built: nothing is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.proj = torch.linspace(-1, 1, CELLS * 8).reshape(CELLS, 8)


class PlainList(nn.Module):
    """Layers in a list of Python, which no optimizer and no file sees."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks, self.fc = [nn.Linear(CELLS, 8)], nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(torch.relu(self.blocks[0](x.flatten(1))))


class Dense(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(CELLS, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x.flatten(1))


class Annealed(Dense):
    """Counts its calls, and what it gives depends on the count."""

    steps = 0

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.steps += 1
        return super().forward(x) * (1 + 0.1 * self.steps)


class Counted(Dense):
    """Counts its calls, and nothing depends on it."""

    calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return super().forward(x)


class CountedInBuffer(Dense):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("steps", torch.tensor(0))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.steps += 1
        return super().forward(x) * (1 + 0.1 * self.steps)


class Drifting(Dense):
    calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return super().forward(x) + self.calls * torch.arange(CLASSES)


class Kept(Dense):
    """A grid kept for the largest batch seen."""

    kept: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        if self.kept is None or len(self.kept) < len(x):
            self.kept = torch.linspace(0, 1, CELLS).expand(len(x), CELLS).contiguous()
        return self.fc(x.flatten(1) * self.kept[: len(x)])


class KeptGraph(Dense):
    """Keeps what an update made of its weights, and uses it in the next."""

    kept: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        if self.kept is None:
            self.kept = self.fc.weight * 2
        return F.linear(x.flatten(1), self.kept)


class NumpyWeights(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.from_numpy(np.random.randn(CLASSES, CELLS).astype("float32")) * 0.1)

    def forward(self, x: Tensor) -> Tensor:
        if self.training and random.random() < 0.5:
            x = x * float(np.random.uniform(0.5, 1.5))
        return F.linear(x.flatten(1), self.weight)


class AlwaysDropping(Dense):
    """Draws in evaluation mode too."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.dropout(x, 0.2, training=True))


class OwnEntropy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        start = np.random.default_rng().normal(size=(CLASSES, CELLS)).astype("float32")
        self.weight = nn.Parameter(torch.from_numpy(start))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x.flatten(1), self.weight)


class OwnGenerator(Dense):
    """Draws noise in training from a generator that no checkpoint knows."""

    def __init__(self) -> None:
        super().__init__()
        self.rng = np.random.default_rng(0)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x * float(self.rng.uniform(0.5, 1.5)) if self.training else x)


class TupleInTraining(Dense):
    def forward(self, x: Tensor) -> Any:
        return (super().forward(x), x) if self.training else super().forward(x)


class DictOfLogits(Dense):
    def forward(self, x: Tensor) -> Any:
        return {"logits": super().forward(x)}


class Squeezed(Dense):
    """Loses the dimension of the batch where it holds one image."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).squeeze()


class Scalar(Dense):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).mean()


class Answers(Dense):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).argmax(1, keepdim=True).expand(-1, CLASSES)


class ExtraState(Dense):
    def get_extra_state(self) -> Any:
        return {"version": 3}

    def set_extra_state(self, state: Any) -> None:
        self.version = state["version"]


class ExtraTensor(Dense):
    def get_extra_state(self) -> Any:
        return torch.tensor([3])

    def set_extra_state(self, state: Any) -> None:
        self.version = state


def frozen() -> nn.Module:
    return Dense().requires_grad_(False)


def half_frozen() -> nn.Module:
    net = View()
    net.conv.requires_grad_(False)
    return net


class Empty(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)[:, :CLASSES]


class Complex(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(CELLS, CLASSES, dtype=torch.complex64))

    def forward(self, x: Tensor) -> Tensor:
        return (torch.fft.fft(x.flatten(1)) @ self.weight).abs()


class Fourier(nn.Module):
    """Complex inside, real outside."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(CELLS, CLASSES, 2) * 0.1)

    def forward(self, x: Tensor) -> Tensor:
        return (torch.fft.fft(x.flatten(1)) @ torch.view_as_complex(self.weight)).real


def scripted() -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.jit.trace(Dense(), torch.zeros(1, 1, SIDE, SIDE))


def compiled() -> nn.Module:
    return torch.compile(Dense())  # type: ignore[return-value]


def compiled_inside() -> nn.Module:
    """A part that PyTorch compiles: a module that has no truth value."""
    return nn.Sequential(torch.compile(nn.Conv2d(1, 4, 3)), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))


class CompiledForward(View):
    """Compiles its own forward pass, in which what watches the net has no place."""

    @torch.compile
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)


class Hollow(nn.Module):
    """A container without parts, which is false."""

    def __init__(self) -> None:
        super().__init__()
        self.shortcut, self.conv, self.fc = nn.Sequential(), nn.Conv2d(1, 4, 3), nn.Linear(4, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(torch.relu(self.shortcut(self.conv(x))).mean((2, 3)))


class Volumes(nn.Module):
    """A convolution in 3-D, to which PyTorch refuses channels-last memory."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.flat, self.fc = nn.Conv3d(1, 4, (1, 3, 3)), nn.Conv2d(4, 4, 3), nn.Linear(4, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.flat(torch.relu(self.conv(x[:, None])).squeeze(2)).mean((2, 3)))


class SparseGradient(nn.Module):
    """Looks its pixels up, and says where alone a gradient is."""

    def __init__(self) -> None:
        super().__init__()
        self.grey, self.fc = nn.Embedding(17, 8, sparse=True), nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.grey(((x.clamp(-1, 2) + 1) * 5).long().flatten(1)).mean(1))


def parallel() -> nn.Module:
    return nn.DataParallel(Dense())


def broken() -> nn.Module:
    net = Dense()
    with torch.no_grad():
        net.fc.bias[3] = float("nan")
    return net


def lazy() -> nn.Module:
    return nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(CLASSES))


class LazyUnused(Dense):
    def __init__(self) -> None:
        super().__init__()
        self.more = nn.LazyLinear(3)


def weight_norm() -> nn.Module:
    return nn.Sequential(nn.Flatten(), parametrizations.weight_norm(nn.Linear(CELLS, CLASSES)))


def old_weight_norm() -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return nn.Sequential(nn.Flatten(), nn.utils.weight_norm(nn.Linear(CELLS, CLASSES)))


def spectral_norm() -> nn.Module:
    return nn.Sequential(
        parametrizations.spectral_norm(nn.Conv2d(1, 4, 3)),
        nn.Flatten(),
        nn.utils.spectral_norm(nn.Linear(144, CLASSES)),
    )


class Centred(nn.Module):
    def forward(self, weight: Tensor) -> Tensor:
        return weight - weight.mean()


def parametrized() -> nn.Module:
    net = Dense()
    parametrize.register_parametrization(net.fc, "weight", Centred())
    return net


class Tied(nn.Module):
    """Two layers of one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.there, self.back, self.fc = nn.Linear(CELLS, CELLS), nn.Linear(CELLS, CELLS), nn.Linear(CELLS, CLASSES)
        self.back.weight = self.there.weight

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.back(torch.relu(self.there(x.flatten(1)))))


class ThroughNumpy(Dense):
    def forward(self, x: Tensor) -> Tensor:
        return torch.from_numpy(super().forward(x).detach().numpy())


class NumpyInForward(Dense):
    """Cuts its images by NumPy, before the first weight."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(torch.from_numpy(np.ascontiguousarray(np.clip(x.detach().numpy(), -1, 1))))


class WithoutGradient(Dense):
    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)


class Deciding(Dense):
    """Its way depends on the numbers."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) if x.mean() > 0 else super().forward(-x)


class Double(nn.Module):
    """Computes in float64 throughout, and gives it."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(CELLS, CLASSES, dtype=torch.float64)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x.double().flatten(1))


class DoubleLayer(nn.Module):
    """A layer of float64 that is given float32."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(CELLS, CLASSES, dtype=torch.float64)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x.flatten(1))


class Half(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(CELLS, CLASSES).bfloat16()

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x.bfloat16().flatten(1))


class WholeBuffer(Dense):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("order", torch.randperm(CELLS))

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x.flatten(1)[:, self.order])


class Unused(Dense):
    def __init__(self) -> None:
        super().__init__()
        self.more = nn.ModuleList(nn.Linear(3, 3) for _ in range(2))


class Rows(nn.Module):
    """A recurrent layer over the rows of the image."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(SIDE, 8, batch_first=True), nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x[:, 0])[0][:, -1])


def hooked() -> nn.Module:
    net = Dense()
    net.fc.register_forward_hook(lambda module, inputs, output: output * 2)
    net.register_forward_pre_hook(lambda module, inputs: (inputs[0] + 1,))
    return net


class Called(Dense):
    def __call__(self, x: Tensor, *rest: Any) -> Any:
        return super().__call__(x * 2, *rest)


def configured(image_shape: tuple[int, int, int], classes: int, sizes: dict[str, Any] | None = None) -> nn.Module:
    """Options within an option."""
    wide = (sizes or {"hidden": [8]})["hidden"]
    return nn.Sequential(nn.Flatten(), nn.Linear(CELLS, wide[0]), nn.ReLU(), nn.Linear(wide[0], classes))


class Meta(type(nn.Module)):
    def __call__(cls, *args: Any, **options: Any) -> Any:
        made = super().__call__(*args, **options)
        made.born = "by a metaclass"
        return made


class OfMeta(Dense, metaclass=Meta):
    pass


class Stack(nn.Sequential):
    pass


def stack() -> nn.Module:
    return Stack(nn.Flatten(), nn.Linear(CELLS, CLASSES))


class Printing(Dense):
    def forward(self, x: Tensor) -> Tensor:
        print("shape", tuple(x.shape))  # noqa: T201
        return super().forward(x)


class Warning_(Dense):  # noqa: N801
    def forward(self, x: Tensor) -> Tensor:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.warn("an old layer", stacklevel=1)
        return super().forward(x)


class SetsDtypeWhenBuilt(Dense):
    def __init__(self) -> None:
        torch.set_default_dtype(torch.float64)
        torch.set_num_threads(3)
        torch.manual_seed(3)
        super().__init__()
        self.float()


class SetsDtypeWhenCalled(Dense):
    def forward(self, x: Tensor) -> Tensor:
        torch.set_default_dtype(torch.float64)
        return super().forward(x)


class StopsGradients(Dense):
    def forward(self, x: Tensor) -> Tensor:
        torch.set_grad_enabled(False)
        return super().forward(x)


class SeedsWhenCalled(Dense):
    def forward(self, x: Tensor) -> Tensor:
        torch.manual_seed(0)
        return super().forward(F.dropout(x, 0.5, self.training))


def on_meta() -> nn.Module:
    return Dense().to("meta")


def global_layer() -> nn.Module:
    return nn.Sequential(nn.Flatten(), SHARED)


class GlobalBuffer(Dense):
    """A constant of the file as a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("scale", SCALE)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x * self.scale)


def strange_defaults(
    classes: int,
    norm_layer: type[nn.Module] = nn.BatchNorm2d,
    act: Any = torch.relu,
    gelu: Any = functools.partial(nn.GELU, approximate="tanh"),  # noqa: B008
    last: nn.Module = nn.PReLU(),  # noqa: B008
    shift: Tensor = torch.tensor(0.1),  # noqa: B008
    dtype: torch.dtype = torch.float32,
    width: Any = np.int64(4),  # noqa: B008
    slope: Any = np.float32(0.5),  # noqa: B008
    depth: int = None,  # type: ignore[assignment] # noqa: RUF013
    copy: bool = True,
) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, int(width), 3),
        norm_layer(int(width)),
        gelu(),
        last,
        nn.Flatten(),
        nn.Linear(int(width) * 36, classes),
    )


def seeded(classes: int, seed: int = 0, lr: float = 1.0, epochs: int = 8) -> nn.Module:
    """Parameters that are called as fields of the recipe are."""
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(CELLS, epochs), nn.ReLU(), nn.Linear(epochs, classes))


class Copying(Dense):
    """Keeps a module of its own that no copy can be made of."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: Iterator[int] = (k for k in range(3))
        self.twin = copying.copy(self.fc)


class Attention(nn.Module):
    """A transformer of rows, by einsum."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.fc = nn.Linear(SIDE, 24), nn.Linear(8, CLASSES)
        self.place = nn.Parameter(torch.zeros(1, SIDE, SIDE))

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x[:, 0] + self.place).chunk(3, -1)
        weights = torch.einsum("nid,njd->nij", q, k).softmax(-1)
        return self.fc(torch.einsum("nij,njd->nid", weights, v).mean(1))


class Permuted(nn.Module):
    """ConvNeXt's block: layer norm over channels that lie last."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.norm, self.up = nn.Conv2d(1, 4, 2, 2), nn.LayerNorm(4), nn.Linear(4, 4)
        self.fc = nn.Linear(4, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        y = F.gelu(self.up(self.norm(x.permute(0, 2, 3, 1)))).permute(0, 3, 1, 2)
        return self.fc((x + y).mean((2, 3)))


class Raising(Dense):
    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            raise IndexError("no such\nlayer \x1b[31m")
        return super().forward(x)


def leaving() -> nn.Module:
    raise SystemExit(3)


class ModeWithoutReturn(Dense):
    """Keeps a layer in evaluation mode, as nets with frozen norms do, and forgets what `train` returns."""

    def train(self, mode: bool = True) -> None:  # type: ignore[override]
        super().train(mode)
        self.fc.eval()

    def eval(self) -> None:  # type: ignore[override]
        self.train(False)


class NumpyOfImage(Dense):
    """Writes into its images by NumPy, which a tensor that asks for a gradient does not allow."""

    def forward(self, x: Tensor) -> Tensor:
        x.numpy()[...] *= 0.5
        return super().forward(x)


class WithoutGradientOfImage(Dense):
    """Does not bear images of which a gradient is asked for."""

    def forward(self, x: Tensor) -> Tensor:
        if x.requires_grad:
            raise ValueError("plain images, please")
        return super().forward(x)


class ScriptedInside(Dense):
    def __init__(self) -> None:
        super().__init__()
        with warnings.catch_warnings(action="ignore"):
            self.act: nn.Module = torch.jit.script(nn.ReLU())


class ExpandedBuffer(Dense):
    """A buffer whose cells are one number, into which PyTorch itself loads nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("ones", torch.ones(1).expand(3))
