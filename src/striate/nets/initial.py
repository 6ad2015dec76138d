"""The initial weights of a net, by the rule that is named: how wide they are drawn, for fan_in inputs and fan_out outputs.

    pytorch      weights and biases uniform in +- 1 / sqrt(fan_in)
    he           weights normal with variance 2 / fan_in, biases 0                     He et al., arXiv 1502.01852
    he-fan-out   weights of convolutions normal with variance 2 / fan_out; all else as in pytorch
    glorot       weights uniform in +- sqrt(6 / (fan_in + fan_out)), biases 0          Glorot and Bengio 2010; Keras' default

A unit of a convolution of K x K cells has fan_in = C K K and fan_out = F K K, a dense one its inputs and outputs. Norms start
at scale 1 and shift 0 in all of them.
"""

from __future__ import annotations

import torch
from torch import nn

from striate.nets.families.options import InitialWeights


def initialize(net: nn.Module, rule: InitialWeights) -> None:
    """Draw the weights of every convolution and dense layer of ``net`` anew by ``rule``, from torch's generator.

    What PyTorch drew when it made the layer is left where the rule is its own.
    """
    for module in net.modules():
        if not isinstance(module, (nn.Conv2d, nn.Linear)) or rule == "pytorch":
            continue
        if rule == "he-fan-out":
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            continue
        if rule == "he":
            nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="relu")
        else:
            nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            with torch.no_grad():
                module.bias.zero_()
