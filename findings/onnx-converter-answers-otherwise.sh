#!/usr/bin/env bash
# onnx 1.23.2: a file that onnx.version_converter has brought to another opset answers otherwise, for two common operators.
#
# The converter refuses what it cannot say in the other opset (antialias=1 below 18, a pooling's missing predecessor), so one
# would have guessed that what it does convert stays the same. But Upsample of opset 8 becomes a Resize whose grid is another
# from opset 11 on, since asymmetric coordinates, the only ones of the older, are not asked for: an enlarged map is shifted by a
# quarter of a pixel. And Softmax over the channels (axis=1) of opset 13 becomes that of opset 12, which takes channels, rows
# and columns together: the probabilities of one pixel do not add up to 1 any more. Nothing is said, and the checker is
# content with both. Seen, by onnxruntime 1.32.0:
#
#     Upsample, opset 8: 0.00 2.00 4.00 6.00 8.00 8.00
#     converted to 10: 0.00 2.00 4.00 6.00 8.00 8.00
#     converted to 11: 0.00 1.00 3.00 5.00 7.00 8.00
#     Softmax, opset 13: each pixel's probabilities add up to 1.00 1.00 1.00
#     converted to 18: each pixel's probabilities add up to 1.00 1.00 1.00
#     converted to 12: each pixel's probabilities add up to 0.09 0.24 0.67
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import ModelProto, checker, helper, version_converter

onnxruntime.set_default_logger_severity(3)


def model(operator: str, opset: int, after: list[int], **attributes: object) -> ModelProto:
    """A graph of one node, which takes an image of 1 x 2 x 1 x 3."""
    ends = [helper.make_tensor_value_info("x", 1, [1, 2, 1, 3]), helper.make_tensor_value_info("y", 1, after)]
    graph = helper.make_graph([helper.make_node(operator, ["x"], ["y"], **attributes)], "one", ends[:1], ends[1:])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def answer(model: ModelProto, image: np.ndarray) -> np.ndarray:
    checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": image})[0]


def printed(name: str, values: np.ndarray) -> None:
    print(name, *(f"{value:.2f}" for value in values))


row = np.float32([0, 4, 8])
image = np.stack([row, row])[None, :, None]
before = model("Upsample", 8, [1, 2, 1, 6], mode="linear", scales=[1.0, 1.0, 1.0, 2.0])
printed("Upsample, opset 8:", answer(before, image)[0, 0, 0])
for opset in (10, 11):
    printed(f"converted to {opset}:", answer(version_converter.convert_version(before, opset), image)[0, 0, 0])
before = model("Softmax", 13, [1, 2, 1, 3], axis=1)
scores = np.log(np.float32([1, 2.718282, 7.389056]) * np.float32([[1], [2]]))[None, :, None]
printed("Softmax, opset 13: each pixel's probabilities add up to", answer(before, scores).sum(1)[0, 0])
for opset in (18, 12):
    sums = answer(version_converter.convert_version(before, opset), scores).sum(1)[0, 0]
    printed(f"converted to {opset}: each pixel's probabilities add up to", sums)
PYTHON
seen=$("$work/env/bin/python" "$work/run.py")
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
