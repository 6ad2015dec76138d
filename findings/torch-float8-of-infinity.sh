#!/usr/bin/env bash
# torch 2.13.0, on the processor: infinity becomes 448 in float8_e4m3fn, and so does all that is too large; in ml_dtypes 0.6.0,
# the types of JAX and of onnx, both become NaN.
#
# The format has no infinity. What does not fit into it must become NaN or its largest number, and one would have guessed that two
# libraries of one format agree, or that at least infinity stays what a check for overflow finds. In torch a tensor that has
# overflowed is all finite after it, so isfinite() says that nothing happened; the same numbers turned in JAX are NaN. In
# float8_e5m2, which has an infinity, torch does not saturate at its largest number, 57344. The bits of one file mean the same in
# both: only the turning differs. Seen:
#
#     float8_e4m3fn of 448 464 500 inf nan: torch 448 448 448 448 nan, ml_dtypes 448 448 nan nan nan
#     float8_e5m2 of 57344 61000 62000 inf nan: torch 57344 57344 inf inf nan, ml_dtypes 57344 57344 inf inf nan
#     the bits of float8_e4m3fn read by the other: alike in all 256
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check torch==2.13.0 ml_dtypes==0.6.0 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import ml_dtypes
import numpy as np
import torch

NUMBERS = {"float8_e4m3fn": [448, 464, 500], "float8_e5m2": [57344, 61000, 62000]}


def told(values: np.ndarray) -> str:
    return " ".join(f"{value:.0f}" for value in values)


for name, finite in NUMBERS.items():
    numbers = np.float32([*finite, np.inf, np.nan])
    in_torch = torch.from_numpy(numbers).to(getattr(torch, name)).float().numpy()
    in_numpy = numbers.astype(getattr(ml_dtypes, name)).astype(np.float32)
    print(f"{name} of {told(numbers)}: torch {told(in_torch)}, ml_dtypes {told(in_numpy)}")
bits = np.arange(256, dtype=np.uint8)
theirs = torch.from_numpy(bits).view(torch.float8_e4m3fn).float().numpy()
alike = np.array_equal(theirs, bits.view(ml_dtypes.float8_e4m3fn).astype(np.float32), equal_nan=True)
print("the bits of float8_e4m3fn read by the other:", "alike in all 256" if alike else "not alike")
PYTHON
seen=$("$work/env/bin/python" -W ignore "$work/run.py")
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
