#!/usr/bin/env bash
# torch.manual_seed takes any integer from -2**63 to 2**64 - 1, and torch.initial_seed gives it back whole, but on the
# processor only its lower 32 bits count: 5, 5 + 2**32 and 5 + 2**40 draw the same numbers, and so do -1, 2**32 - 1 and
# 2**64 - 1. Seeds made by shifting (run << 32 | worker) are one seed for all runs. NumPy's generators take all bits.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import numpy as np
import torch

print("torch", torch.__version__)
drawn = {}
for seed in (5, 5 + 2**32, 5 + 2**40, 6, -1, 2**32 - 1, 2**64 - 1):
    torch.manual_seed(seed)
    assert torch.initial_seed() == seed % 2**64
    drawn[seed] = torch.rand(3).tolist(), torch.randn(3).tolist(), torch.randperm(9).tolist()
    print(seed, drawn[seed][0][0])
assert drawn[5] == drawn[5 + 2**32] == drawn[5 + 2**40] != drawn[6]
assert drawn[-1] == drawn[2**32 - 1] == drawn[2**64 - 1]
assert np.random.default_rng(5).random() != np.random.default_rng(5 + 2**32).random()
PY
