"""PyTorch and its like can be imported; using one costs the function that does, and no other."""

from __future__ import annotations

from pathlib import Path

from striate.scratch.exercises.grade import grade

TORCH = """
import numpy as np
import torch
import torch.nn as nn
torch.manual_seed(0)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
class Net(nn.Module):
    pass
net = Net()
def sgd(w, dw, config):
    return w - config["learning_rate"] * dw, config
@torch.no_grad()
def adam(w, dw, config):
    return w, config
def relu_forward(x):
    return torch.relu(x), x
def softmax_loss(x, y):
    return torch.pi * x, x
"""


def test_a_library_that_is_only_prepared_costs_the_functions_that_use_it_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(TORCH, encoding="utf-8")
    found = {verdict.name: verdict for verdict in grade(tmp_path / "mine.py", seconds=20).verdicts}
    assert found.pop("sgd").status == "right"
    assert {name: verdict.said for name, verdict in found.items()} == {
        name: f"uses torch.{used}, where NumPy alone is asked for"
        for name, used in (("adam", "no_grad"), ("relu_forward", "relu"), ("softmax_loss", "pi"))
    }


def test_asking_whether_something_is_a_tensor_is_no_use_of_torch(tmp_path: Path) -> None:
    code = "import torch\nfrom torch import Tensor\nimport numpy as np\ndef relu_forward(x: Tensor):\n"
    code += "    if isinstance(x, (torch.Tensor, Tensor)): x = x.numpy()\n    return np.maximum(x, 0), x\n"
    (tmp_path / "mine.py").write_text(code, encoding="utf-8")
    assert [verdict.status for verdict in grade(tmp_path / "mine.py", "relu_forward", seconds=20).verdicts] == ["right"]
