#!/usr/bin/env bash
# onnx 1.23.2: its reference evaluator normalizes as many channels as the batch has images, and leaves the others as they are.
#
# LRN (local response normalization, of AlexNet and GoogLeNet) divides each channel by the size of its neighbours. The evaluator
# is what an exporter or a runtime is checked against, so one would have guessed that it is the one which is right. It runs over
# the number of images where it should run over the number of channels: of one image it divides the first channel alone, and in
# a batch the same image has another answer. With as many images as channels it is right, and with more it cannot go on. Seen,
# for an image whose eight channels are 1 everywhere:
#
#     onnxruntime, 1 image: 0.33 0.25 0.25 0.25 0.25 0.25 0.25 0.33
#     reference, 1 image: 0.33 1.00 1.00 1.00 1.00 1.00 1.00 1.00
#     onnxruntime, 4 images: 0.33 0.25 0.25 0.25 0.25 0.25 0.25 0.33
#     reference, 4 images: 0.33 0.25 0.25 0.25 1.00 1.00 1.00 1.00
#     onnxruntime, 8 images: 0.33 0.25 0.25 0.25 0.25 0.25 0.25 0.33
#     reference, 8 images: 0.33 0.25 0.25 0.25 0.25 0.25 0.25 0.33
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import checker, helper
from onnx.reference import ReferenceEvaluator

shape = ["images", 8, 2, 2]
ends = [helper.make_tensor_value_info(name, 1, shape) for name in "xy"]
node = helper.make_node("LRN", ["x"], ["y"], size=3, alpha=3.0, beta=1.0, bias=1.0)  # x / (1 + the sum of three squares)
graph = helper.make_graph([node], "one", ends[:1], ends[1:])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
checker.check_model(model, full_check=True)
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
for images in (1, 4, 8):
    x = np.ones((images, 8, 2, 2), np.float32)
    for name, run in (("onnxruntime", session.run), ("reference", ReferenceEvaluator(model).run)):
        (y,) = run(None, {"x": x})
        assert (y == y[:1, :, :1, :1]).all()  # all images and places alike
        print(f"{name}, {images} image{'s' * (images > 1)}:", *(f"{value + 1e-4:.2f}" for value in y[0, :, 0, 0]))
PYTHON
seen=$("$work/env/bin/python" "$work/run.py")
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
