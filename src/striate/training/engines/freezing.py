"""Which layers learn when, and how fast: frozen layers, frozen batch norm, smaller rates for earlier layers.

    lr_l = lr f^((L - 1 - l) / (L - 1))      layer l = 0 ... L - 1 in the order of an image's way, f = start_lr_factor

(discriminative fine-tuning: Howard and Ruder, ACL 2018, with one factor for the whole net). Freezing weights leaves the running
statistics of batch norm moving, and the output of frozen layers with them; so by default those of frozen layers stay too.
A parameter outside any innermost module (a class token, position embeddings) counts to the first layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from striate.base.errors import NetError
from striate.nets.entry import ImageShape
from striate.nets.measure.order import holds_layers, layers, outputs, parameters_of, up_to
from striate.nets.weights.fitted import last_layer
from striate.training.recipe.recipe import Recipe

BODY = "body"


@dataclass(frozen=True, eq=False)
class Freezing:
    """``parameters`` do not learn until epoch ``until`` has ended (None: never), ``norms`` keep their statistics as long.

    ``always`` are batch norms that keep theirs to the end.
    """

    parameters: tuple[nn.Parameter, ...]
    norms: tuple[nn.Module, ...]
    always: tuple[nn.Module, ...]
    until: int | None

    def apply(self, epoch: int) -> None:
        """Set the net, which is in training mode, for an update of ``epoch``, counted from 1."""
        frozen = self.until is None or epoch <= self.until
        for parameter in self.parameters:
            parameter.requires_grad_(not frozen)
        for norm in self.norms:
            norm.train(not frozen)
        for norm in self.always:
            norm.eval()


def freezing(net: nn.Module, recipe: Recipe, image_shape: ImageShape) -> Freezing | None:
    """Return what ``recipe`` freezes of ``net``, None for nothing; raises NetError for a tap that the net has not."""
    norms = dict(_norms(net))
    fixed = recipe.fixed_statistics
    always = tuple(norms.values()) if fixed == "all" else ()
    if recipe.freeze is None:
        return Freezing((), (), always, None) if always else None
    every = dict(net.named_modules())
    order = layers(net, image_shape)
    if recipe.freeze == BODY and BODY not in every:
        head = last_layer(net, order, outputs(net, image_shape))
        if not head:
            raise NetError(
                "which layer of the net is its last cannot be told: none that an image passes last gives its outputs; name with"
                " `freeze` the tap up to which nothing learns"
            )
        named = tuple(name for name in order if name != head)
        # By identity, for a weight may be shared by the last layer and another one, and then it learns.
        kept = {id(p) for p in every[head].parameters()}
        frozen = tuple(p for p in net.parameters() if id(p) not in kept and p.requires_grad)
    else:
        named = up_to(net, image_shape, recipe.freeze)
        # Parameters that stand in no layer (a class token, positions) belong to the stem, and rest with it.
        inside = {id(p) for name in named for p in parameters_of(every[name])} | _loose(net)
        frozen = tuple(p for p in net.parameters() if id(p) in inside and p.requires_grad)
    quiet = tuple(norms[name] for name in named if name in norms) if fixed == "frozen" else ()
    return Freezing(frozen, quiet, always, recipe.unfreeze_after)


def depths(net: nn.Module, image_shape: ImageShape) -> list[float]:
    """Return for each parameter of ``net``, in order, its place among the layers: 0 the first, 1 the last."""
    every = dict(net.named_modules())
    order = layers(net, image_shape)
    place: dict[int, float] = {}
    for number, name in enumerate(order):
        for parameter in parameters_of(every[name]):
            place.setdefault(id(parameter), number / max(1, len(order) - 1))
    return [place.get(id(parameter), 0.0) for parameter in net.parameters()]


def _norms(net: nn.Module) -> Sequence[tuple[str, nn.Module]]:
    """Return the modules that keep running statistics, by name."""
    return [(name, module) for name, module in net.named_modules() if getattr(module, "running_mean", None) is not None]


def _loose(net: nn.Module) -> set[int]:
    """Return the identities of the parameters that stand in no innermost module."""
    held = {id(p) for module in net.modules() if not holds_layers(module) for p in parameters_of(module)}
    return {id(p) for p in net.parameters()} - held
