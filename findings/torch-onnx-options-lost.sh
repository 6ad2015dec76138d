#!/usr/bin/env bash
# torch 2.13.0: three nets whose ONNX file, written by torch.onnx.export with dynamo=True, answers otherwise than the net.
#
# A Softmax over the channels of a map, exported with opset_version=12, is one over channels, rows and columns together: the file
# is made for opset 18 and then brought down by onnx's converter, which does not know of the change between 12 and 13. (There is
# a warning, but it says that a file which cannot be converted is left at 18.) An average pooling's divisor_override is left out.
# And interpolate(scale_factor=.6, antialias=True) of 7 pixels, which makes 4 of them, is done on another grid than the net's,
# though the same without antialias is right. One would have guessed a refusal, as adaptive_max_pool2d has one. Seen, by
# onnxruntime 1.32.0:
#
#     Softmax(1), opset 13: net 0.25 0.25 0.25 0.25, file 0.25 0.25 0.25 0.25
#     Softmax(1), opset 12: net 0.25 0.25 0.25 0.25, file 0.06 0.06 0.06 0.06
#     AvgPool2d(2), opset 18: net 1.00, file 1.00
#     AvgPool2d(2, divisor_override=1), opset 18: net 4.00, file 1.00
#     interpolate, opset 18: net 0.00 0.00 26.67 0.00, file 0.00 0.00 26.67 0.00
#     interpolate, antialias, opset 18: net 0.00 17.78 30.00 0.00, file 0.00 22.40 22.40 0.00
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.32.0 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import contextlib
import io
import sys

import onnx
import onnxruntime
import torch
from torch import nn


class Smaller(nn.Module):
    def __init__(self, antialias: bool) -> None:
        super().__init__()
        self.antialias = antialias

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return nn.functional.interpolate(image, scale_factor=0.6, mode="bilinear", antialias=self.antialias)


def told(net: nn.Module, image: torch.Tensor, opset: int) -> str:
    """What the net and its file say of the first image, at the first row."""
    with contextlib.redirect_stdout(io.StringIO()):
        torch.onnx.export(net.eval(), (image,), sys.argv[1], opset_version=opset, dynamo=True, external_data=False)
    file = onnx.load(sys.argv[1])
    onnx.checker.check_model(file, full_check=True)
    assert file.opset_import[0].version == opset
    session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {file.graph.input[0].name: image.numpy()})
    rows = (" ".join(f"{value:.2f}" for value in both[0, 0, 0]) for both in (net(image).numpy(), answer))
    return "opset {}: net {}, file {}".format(opset, *rows)


for opset in (13, 12):
    print("Softmax(1),", told(nn.Softmax(1), torch.zeros(1, 4, 1, 4), opset))
print("AvgPool2d(2),", told(nn.AvgPool2d(2), torch.ones(1, 1, 2, 2), 18))
print("AvgPool2d(2, divisor_override=1),", told(nn.AvgPool2d(2, divisor_override=1), torch.ones(1, 1, 2, 2), 18))
image = torch.zeros(1, 1, 7, 7)
image[..., 3] = 80
print("interpolate,", told(Smaller(False), image, 18))
print("interpolate, antialias,", told(Smaller(True), image, 18))
PYTHON
seen=$("$work/env/bin/python" "$work/run.py" "$work/net.onnx" 2> "$work/warnings") || { cat "$work/warnings" >&2; exit 1; }
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
