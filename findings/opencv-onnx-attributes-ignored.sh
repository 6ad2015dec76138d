#!/usr/bin/env bash
# OpenCV 5.0.0 (opencv-python-headless 5.0.0.93): two attributes of an ONNX file are read over, without a word, in both engines.
#
# Where a Resize has antialias=1, it is done without: a chequered picture of 64 x 64 made 24 x 24, which is an even grey (124 to
# 131 of 255) in onnxruntime 1.32.0, has levels from 71 to 184 in OpenCV, just as from a graph with antialias=0. And
# auto_pad=SAME_LOWER, where the odd cell of padding is in front, is computed as SAME_UPPER, where it is behind: each map is
# shifted by one cell. One would have guessed that a graph which cannot be followed is refused, as one with LpPool is. Seen:
#
#     Resize, antialias=0: onnxruntime 71 to 184, OpenCV 71 to 184
#     Resize, antialias=1: onnxruntime 124 to 131, OpenCV 71 to 184
#     Conv, SAME_UPPER: onnxruntime [1, 2, 3, 4], OpenCV [1, 2, 3, 4]
#     Conv, SAME_LOWER: onnxruntime [0, 1, 2, 3], OpenCV [1, 2, 3, 4]
#     MaxPool, SAME_UPPER: onnxruntime [2, 3, 4, 4], OpenCV [2, 3, 4, 4]
#     MaxPool, SAME_LOWER: onnxruntime [1, 2, 3, 4], OpenCV [2, 3, 4, 4]
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --disable-pip-version-check \
    opencv-python-headless==5.0.0.93 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import cv2
import numpy as np
import onnxruntime
from onnx import checker, helper, numpy_helper


def computed(image: np.ndarray, shape: tuple[int, ...], constant: np.ndarray, node: dict) -> dict[str, np.ndarray]:
    """What onnxruntime and OpenCV make of `image` by a graph of one node."""
    ends = [helper.make_tensor_value_info(*end) for end in (("x", 1, image.shape), ("y", 1, shape))]
    held = [numpy_helper.from_array(constant, "c")] if "c" in node["inputs"] else []
    graph = helper.make_graph([helper.make_node(**node, outputs=["y"])], "one", ends[:1], ends[1:], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    checker.check_model(model, full_check=True)
    file = model.SerializeToString()
    found = {"onnxruntime": onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"]).run(None, {"x": image})[0]}
    for engine in (cv2.dnn.ENGINE_NEW, cv2.dnn.ENGINE_CLASSIC):
        net = cv2.dnn.readNetFromONNX(np.frombuffer(file, np.uint8), engine)
        net.setInput(image)
        answer = net.forward().reshape(shape)
        assert np.abs(answer - found.setdefault("OpenCV", answer)).max() < 1e-3
    return found


def pixels(*values: float) -> np.ndarray:
    return np.array(values, np.float32).reshape(1, 1, 1, -1)


chequered = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.float32)[None, None]
size = np.array([1, 1, 24, 24])
for antialias in (0, 1):
    node = {"op_type": "Resize", "inputs": ["x", "", "", "c"], "mode": "linear", "antialias": antialias}
    found = computed(chequered, tuple(size.tolist()), size, node)
    print(f"Resize, antialias={antialias}:", ", ".join(f"{name} {y.min():.0f} to {y.max():.0f}" for name, y in found.items()))
row = pixels(1, 2, 3, 4)
for node in ({"op_type": "Conv", "inputs": ["x", "c"]}, {"op_type": "MaxPool", "inputs": ["x"], "strides": [1, 1]}):
    for side in ("SAME_UPPER", "SAME_LOWER"):
        found = computed(row, row.shape, pixels(1, 0), {**node, "kernel_shape": [1, 2], "auto_pad": side})
        rows = (f"{name} {y.ravel().astype(int).tolist()}" for name, y in found.items())
        print(f"{node['op_type']}, {side}:", ", ".join(rows))
PYTHON
seen=$("$work/env/bin/python" "$work/run.py")
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
