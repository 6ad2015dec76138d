#!/usr/bin/env bash
# numpy 2.4.6 with ml_dtypes 0.6.0: the mean of 10,000 ones in bfloat16 is .0256.
#
# Weights in bfloat16 come as arrays of ml_dtypes' type, from an ONNX file as here (onnx 1.23.2) or from JAX. Of float16, which
# has the smaller range, NumPy's mean is 1, for it sums in float32; one would have guessed the same, or an error of half a per
# cent, as is the precision of the type. But the sum is kept in bfloat16, where 256 + 1 is 256: it stands still there. The size
# and the spread of normal weights w are wrong likewise (an eighth, and a half, of what they are); dtype=float32 helps. Seen:
#
#     float32: mean of ones 1.0000, of |w| 0.7996, standard deviation 0.9981
#     float16: mean of ones 1.0000, of |w| 0.7998, standard deviation 0.9980
#     bfloat16: mean of ones 0.0256, of |w| 0.1025, standard deviation 0.5000
#     bfloat16, dtype=float32: mean of ones 1.0000, of |w| 0.7996, standard deviation 0.9980
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --disable-pip-version-check onnx==1.23.2 ml_dtypes==0.6.0 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import numpy as np
from onnx import TensorProto, helper, numpy_helper

drawn = np.random.default_rng(0).normal(size=10_000)


def read(values: np.ndarray, kind: int) -> np.ndarray:
    """What comes back of the weights of a file."""
    kept = helper.make_tensor("weights", kind, values.shape, values)
    return numpy_helper.to_array(TensorProto.FromString(kept.SerializeToString()))


def told(ones: np.ndarray, weights: np.ndarray, **options: type) -> str:
    means = ones.mean(**options), np.abs(weights).mean(**options), weights.std(**options)
    return "mean of ones {:.4f}, of |w| {:.4f}, standard deviation {:.4f}".format(*map(float, means))


for kind in (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16):
    ones, weights = read(np.ones(10_000), kind), read(drawn, kind)
    print(f"{weights.dtype}:", told(ones, weights))
print(f"{weights.dtype}, dtype=float32:", told(ones, weights, dtype=np.float32))
PYTHON
seen=$("$work/env/bin/python" "$work/run.py")
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
