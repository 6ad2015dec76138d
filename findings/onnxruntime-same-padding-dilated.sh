#!/usr/bin/env bash
# onnxruntime 1.32.0: a max pooling with auto_pad="SAME_UPPER" and dilations makes the map smaller.
#
# SAME pads so that at stride 1 the map keeps its size. onnxruntime reckons the padding as if there were no dilation, so that a
# row of 7, with windows of 3 whose cells lie 2 apart, becomes one of 5; the shape inference of onnx 1.23.2 says 7. One would
# have guessed the same, or a refusal, as Conv with these attributes has it. With the same padding given as numbers the two
# agree. Where a graph leaves the size of the map open, nothing is said. Seen:
#
#     MaxPool, SAME_UPPER, dilation 1: by shape inference 7 cells, by onnxruntime 2 3 4 5 6 7 7
#     MaxPool, SAME_UPPER, dilation 2: by shape inference 7 cells, by onnxruntime 4 5 6 7 6
#     MaxPool, pads 2 and 2, dilation 2: by shape inference 7 cells, by onnxruntime 3 4 5 6 7 6 7
#     Conv, SAME_UPPER, dilation 2: by shape inference 7 cells, by onnxruntime refused
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import checker, helper, numpy_helper, shape_inference

onnxruntime.set_default_logger_severity(4)
row = np.arange(1, 8, dtype=np.float32)[None, None]
kernel = np.zeros((1, 1, 3), np.float32)
kernel[..., 2] = 1


def told(operator: str, **attributes: object) -> str:
    """What is said of a row of 7 by a graph of one node."""
    constants = [numpy_helper.from_array(kernel, "c")] * (operator == "Conv")
    ends = [helper.make_tensor_value_info("x", 1, row.shape), helper.make_tensor_value_info("y", 1, [1, 1, "columns"])]
    node = helper.make_node(operator, ["x", "c"][: 1 + len(constants)], ["y"], kernel_shape=[3], **attributes)
    graph = helper.make_graph([node], "one", ends[:1], ends[1:], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    checker.check_model(model, full_check=True)
    length = shape_inference.infer_shapes(model).graph.output[0].type.tensor_type.shape.dim[2]
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        answer = " ".join(f"{value:.0f}" for value in session.run(None, {"x": row})[0].ravel())
    except onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument:
        answer = "refused"
    return f"by shape inference {length.dim_value} cells, by onnxruntime {answer}"


for dilation in (1, 2):
    print(f"MaxPool, SAME_UPPER, dilation {dilation}:", told("MaxPool", auto_pad="SAME_UPPER", dilations=[dilation]))
print("MaxPool, pads 2 and 2, dilation 2:", told("MaxPool", pads=[2, 2], dilations=[2]))
print("Conv, SAME_UPPER, dilation 2:", told("Conv", auto_pad="SAME_UPPER", dilations=[2]))
PYTHON
seen=$("$work/env/bin/python" "$work/run.py")
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
