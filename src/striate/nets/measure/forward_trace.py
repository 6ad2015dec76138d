"""One image on its way through a net: which modules it passes, what each reads, and how much of the image a cell sees.

Innermost modules report by hooks. What a net does between them in its own code is seen as PyTorch functions are called, so that
a residual addition is a row also where it is only a plus sign, and `F.max_pool2d(x, 2)` is one as the module would be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import FlopCounterMode

from striate.base.shapes import ReceptiveField
from striate.nets.families.layers import PadShortcut, SamePadding
from striate.nets.measure.functional import as_module

ADDITIONS = {"add", "add_", "__add__", "__iadd__", "__radd__"}
# Functions that give each cell only what lies at the same place.
POINTWISE = ADDITIONS | {
    *("cat", "concat", "pad", "clone", "contiguous", "to", "float", "batch_norm", "group_norm"),
    *("mul", "mul_", "__mul__", "__imul__", "__rmul__", "sub", "__sub__", "div", "__truediv__"),
}
PADDINGS = (SamePadding, nn.ConstantPad2d, nn.ReflectionPad2d, nn.ReplicationPad2d, nn.CircularPad2d)
IMAGE = ""  # the name of what no module made


@dataclass
class Passed:
    """The turn of one module, or of a function that the net calls itself.

    ``reads`` are the names of those whose outputs went in, the empty name standing for the image.
    """

    name: str
    module: nn.Module | None
    output: Tensor
    reads: tuple[str, ...]
    field: ReceptiveField | None
    macs: int = 0  # multiply-adds within it


class Passage(TorchFunctionMode):
    """Follows tensors by their identity; all are kept alive as long as it is, so that no identity is used again.

    ``counter`` counts the operations done so far, two for a multiply-add.
    """

    def __init__(self, counter: FlopCounterMode | None = None) -> None:
        super().__init__()
        self.rows: list[Passed] = []
        self.inside = 0
        self._counter = counter
        self._before = 0  # multiply-adds that were done when the present module was reached
        self._fields: dict[int, ReceptiveField] = {}
        self._makers: dict[int, tuple[str, ...]] = {}
        self._kept: list[Tensor] = []

    def begin(self, image: Tensor) -> None:
        """Take ``image`` as what all others are made of."""
        self._note(image, (IMAGE,), ReceptiveField())

    def enter(self) -> None:
        """Note that an image reaches an innermost module, within which nothing is looked at."""
        self.inside += 1
        self._before = self._macs()

    def leave(self, name: str, module: nn.Module, inputs: Any, output: Any) -> None:
        """Note what the innermost module made of ``inputs``."""
        macs = self._macs() - self._before  # first: looking at a tensor below is a function call too
        self.inside -= 1
        if (out := next(tensors(output), None)) is not None:
            known = self._known(inputs)
            reach = self._after(module, known, out, macs)
            self._row(name, module, out, self._read(known), reach, macs)

    def around(self, place: int, name: str, module: nn.Module, inputs: Any, output: Any) -> None:
        """Note a module that has parameters of its own around others; its row goes before theirs, at ``place``."""
        if (out := next(tensors(output), None)) is not None:
            reads = self._read(self._known(inputs))
            self.rows.insert(place, Passed(name, module, out, reads, self._fields.get(id(out))))

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Call the function; outside of innermost modules, note where its result comes from."""
        before = self._macs()
        made = func(*args, **(kwargs or {}))
        macs = self._macs() - before
        out = next(tensors(made), None) if macs else made  # attention returns its weights too
        if not self.inside and isinstance(out, Tensor):
            known = self._known((args, kwargs))
            name = getattr(func, "__name__", "")
            if known and (module := as_module(name, args, kwargs or {})) is not None:
                self._row(f"{name}()", module, out, self._read(known), self._after(module, known, out, macs), macs)
            elif known and macs:
                self._row(f"{name}()", None, out, self._read(known), None, macs)
            elif known:
                self._function(name, known, out)
        return made

    def _row(
        self,
        name: str,
        module: nn.Module | None,
        out: Tensor,
        reads: tuple[str, ...],
        reach: ReceptiveField | None,
        macs: int,
    ) -> None:
        turns = sum(row.name.partition(" (")[0] == name for row in self.rows)
        name = f"{name} ({turns + 1})" if turns else name  # passed or called before
        self.rows.append(Passed(name, module, out, reads, reach, macs))
        self._note(out, (name,), reach)

    def _macs(self) -> int:
        return self._counter.get_total_flops() // 2 if self._counter else 0

    def _function(self, name: str, known: list[Tensor], out: Tensor) -> None:
        reach = self._largest(known) if name in POINTWISE and out.dim() == 4 else None
        makers = self._read(known)
        if name in ADDITIONS and len(makers) > 1 and out.dim() > 2:
            number = 1 + sum(row.name.startswith("+") for row in self.rows)
            self.rows.append(Passed(f"+{number}", None, out, makers, reach))
            makers = (f"+{number}",)
        self._note(out, makers, reach)

    def _after(self, module: nn.Module, known: list[Tensor], out: Tensor, macs: int) -> ReceptiveField | None:
        """Return the field after ``module``; None where it is the whole image, or not known."""
        before = self._largest(known)
        if before is None or out.dim() != 4 or isinstance(module, (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)):
            return None
        if isinstance(module, nn.Conv2d):
            return before.after(module.kernel_size[0], module.stride[0], module.dilation[0])
        if isinstance(module, (nn.MaxPool2d, nn.AvgPool2d)):
            dilation = side(module.dilation) if isinstance(module, nn.MaxPool2d) else 1
            return before.after(side(module.kernel_size), side(module.stride), dilation)
        if isinstance(module, PadShortcut):
            return before.after(1, module.stride)
        # What else multiplies, or changes the size without padding (an upsampling), reaches nobody knows how far.
        sizes = {t.shape[2:] for t in (*known, out)}
        return before if not macs and (len(sizes) == 1 or isinstance(module, PADDINGS)) else None

    def _largest(self, known: list[Tensor]) -> ReceptiveField | None:
        """Return the largest field of what comes together, if each is known and all have the same jump."""
        fields = [self._fields.get(id(t)) for t in known]
        sure = [one for one in fields if one is not None]
        if not sure or len(sure) < len(fields) or len({one.jump for one in sure}) > 1:
            return None
        return max(sure, key=lambda one: one.size)

    def _known(self, value: Any) -> list[Tensor]:
        return [t for t in tensors(value) if id(t) in self._makers]

    def _read(self, known: list[Tensor]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(maker for t in known for maker in self._makers[id(t)]))

    def _note(self, out: Tensor, makers: tuple[str, ...], reach: ReceptiveField | None) -> None:
        self._kept.append(out)
        self._makers[id(out)] = makers
        if reach is not None:
            self._fields[id(out)] = reach
        else:
            self._fields.pop(id(out), None)


def tensors(value: Any) -> Iterator[Tensor]:
    """Yield the tensors in nested tuples, lists and dictionaries."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from tensors(part)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from tensors(part)


def side(size: int | tuple[int, ...]) -> int:
    """Return the height of a window that is given as one number or as two."""
    return size if isinstance(size, int) else size[0]
