#!/usr/bin/env bash
# On a processor with AVX512, under torch.autocast("cpu", torch.bfloat16), a convolution whose stride is larger than its image
# (kernel 3, padding 1, stride 2 on 1 x 1: the last stage of a ResNet that is given small images) has wrong weight gradients:
# taps that see padding alone, whose gradient is 0, keep whatever the memory held. At first that is often 0, so one check
# against float32 passes; in a training loop it is other tensors' numbers. The output and the gradient of the images are right,
# so is everything in float32, and so is bfloat16 where oneDNN is kept from AVX512 (ONEDNN_MAX_CPU_ISA=AVX2).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 numpy==2.4.6
cat >"$folder/gradients.py" <<'PY'
import os

import torch
from torch import nn

PASSES = 20
kept_from = os.environ["ONEDNN_MAX_CPU_ISA"] == "AVX2"
wide = torch.backends.cpu.get_cpu_capability() not in ("DEFAULT", "AVX2")
print(f"torch {torch.__version__}, {'AVX512' if wide else 'no AVX512'}{', kept from oneDNN' if kept_from else ''}")


def wrong(dtype, size, stride):
    """Return in how many of PASSES equal passes the gradient of the weights, then of the images, is off by over 5 %."""
    torch.manual_seed(0)
    conv = nn.Conv2d(64, 64, 3, stride=stride, padding=1, bias=False)
    images = torch.randn(32, 64, size, size, requires_grad=True)
    upstream = torch.randn_like(conv(images))
    conv(images).backward(upstream)
    right = [conv.weight.grad.clone(), images.grad.clone()]
    counts = [0, 0]
    for _ in range(PASSES):
        used = [torch.full_like(conv.weight, 100.0) for _ in range(4)]
        del used  # as the activations of other layers are freed between two updates
        conv.weight.grad = images.grad = None
        with torch.autocast("cpu", dtype, enabled=dtype == torch.bfloat16):
            out = conv(images)
        out.float().backward(upstream)
        for i, got in enumerate((conv.weight.grad, images.grad)):
            counts[i] += not float((got - right[i]).norm() / right[i].norm()) < 0.05
    return counts


for dtype in (torch.float32, torch.bfloat16):
    for size, stride in ((1, 2), (2, 2), (1, 1)):
        weights, inputs = wrong(dtype, size, stride)
        print(f"{dtype}, stride {stride} on {size} x {size}: wrong weight gradients {weights} of {PASSES}, of images {inputs}")
        assert inputs == 0
        assert (weights > 0) == (dtype == torch.bfloat16 and stride > size and wide and not kept_from)
PY
ONEDNN_MAX_CPU_ISA=AVX512_CORE_BF16 "$folder/venv/bin/python" "$folder/gradients.py" # without AMX, which has kernels of its own
ONEDNN_MAX_CPU_ISA=AVX2 "$folder/venv/bin/python" "$folder/gradients.py"
