#!/usr/bin/env bash
# captum 0.9.0: DeepLift of a net with ReLU6, SiLU, GELU or Hardswish (MobileNet, EfficientNet, ConvNeXt) is not DeepLIFT: it is
# the plain gradient times the image, and does not add up to the score.
#
# DeepLIFT shares out the difference of the scores of an image and of a reference, in full: that sum is what it is used for. Its
# page says that only some activations are supported, not which; one would have guessed that another one is refused, or warned
# of, as shap 0.51.0 does. An unknown activation is taken for a linear one. So is a class derived from nn.ReLU, and a ReLU6 that
# never reaches 6: nets which give the same scores as the one with ReLU get other maps. Nothing is said. Seen:
#
#     ReLU: score -0.12, map adds up to -0.12, gradient times image to -0.06
#     a class derived from ReLU: score -0.12, map adds up to -0.06, gradient times image to -0.06: the same map
#     ReLU6: score -0.12, map adds up to -0.06, gradient times image to -0.06: the same map
#     SiLU: score -0.25, map adds up to -0.05, gradient times image to -0.05: the same map
#     GELU: score -0.16, map adds up to 0.04, gradient times image to 0.04: the same map
#     Hardswish: score -0.29, map adds up to -0.12, gradient times image to -0.12: the same map
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check captum==0.9.0 torch==2.13.0 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import copy
import warnings

import torch
from captum.attr import DeepLift, InputXGradient
from torch import nn


class Derived(nn.ReLU):
    pass


torch.manual_seed(1)
convolution, dense = nn.Conv2d(1, 4, 3), nn.Linear(4 * 6 * 6, 1)
image = 2 * torch.randn(1, 1, 8, 8)
for name, activation in {
    "ReLU": nn.ReLU(),
    "a class derived from ReLU": Derived(),
    "ReLU6": nn.ReLU6(),
    "SiLU": nn.SiLU(),
    "GELU": nn.GELU(),
    "Hardswish": nn.Hardswish(),
}.items():
    net = nn.Sequential(copy.deepcopy(convolution), activation, nn.Flatten(), copy.deepcopy(dense)).eval()
    difference = (net(image) - net(0 * image)).item()
    assert net[0](image).max() < 6
    gradient = InputXGradient(net).attribute(image)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*(?i:support|linear|activation).*")
        warnings.filterwarnings("ignore", message=".*hooks.*")
        found = DeepLift(net).attribute(image, 0 * image)
    same = ": the same map" if torch.allclose(found, gradient, atol=1e-6) else ""
    sums = f"map adds up to {found.sum():.2f}, gradient times image to {gradient.sum():.2f}"
    print(f"{name}: score {difference:.2f}, {sums}{same}")
PYTHON
seen=$("$work/env/bin/python" "$work/run.py" 2> "$work/warnings") || { cat "$work/warnings" >&2; exit 1; }
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
