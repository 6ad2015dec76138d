"""What is never compiled imports no compiler, and computes what PyTorch's own methods do."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from striate.nets.measure.anatomy import anatomy
from striate.nets.uncompiled import leave_compiler_out, take_step

LEARNS = """
import sys
import torch
import striate as st
from striate.nets.measure.anatomy import anatomy
from striate.training.engines.pieces import largest_array

st.train(st.Recipe(data="digits", epochs=1, train_images=64, net_options={"widths": [[4]], "hidden": []}), sys.argv[1])
net = st.build("convnet", {"widths": [[4]], "hidden": []}, (8, 8, 1), 10)
print(largest_array(net, torch.zeros(1, 1, 8, 8)) > 0, "torch" in sys.modules, "torch._dynamo" in sys.modules)
"""


@pytest.mark.slow
def test_a_process_that_trains_imports_no_compiler(tmp_path: object) -> None:
    words = [sys.executable, "-c", LEARNS, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.splitlines()[-1:] == ["True True False"], done.stderr


@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.RMSprop, torch.optim.Adam, torch.optim.AdamW])
def test_a_step_is_the_step_of_pytorch(kind: type[torch.optim.Optimizer]) -> None:
    leave_compiler_out()
    weights = [torch.linspace(-1, 1, 5, requires_grad=True) for _ in range(2)]
    ours, theirs = (kind([weight], lr=0.1) for weight in weights)
    for _ in range(3):
        for weight, optimizer in zip(weights, (ours, theirs), strict=True):
            optimizer.zero_grad()
            (weight**3).sum().backward()
        take_step(ours)
        theirs.step()
    assert torch.equal(*weights)
    assert weights[0].requires_grad
    assert torch.is_grad_enabled()
    assert ours.state_dict()["param_groups"] == theirs.state_dict()["param_groups"]


def test_a_compiled_part_is_measured_as_it_is_written() -> None:
    """Its multiply-adds count once, though the counter's hooks hear of it twice; what PyTorch warns of that is not said."""
    net = torch.nn.Sequential(torch.compile(torch.nn.Conv2d(1, 4, 3)), torch.nn.Flatten(), torch.nn.Linear(144, 10))
    assert anatomy(net, (8, 8, 1), "compiled").macs == 4 * 36 * 9 + 144 * 10
