#!/usr/bin/env bash
# torch 2.13.0: torch.func.functional_call, which calls a net with other weights, leaves these in the net where one layer stands
# under two names.
#
# Its page calls it a functional call: the net's own weights are replaced for the call, and one would have guessed that they are
# there again afterwards. So they are where two layers share a weight. Where a net has the same layer as self.first and as
# self.second, the weights are put in once for each name; what is found the second time are those of the call, and these are put
# back. From then on the net answers with them; they are a tensor and learn nothing, while the optimizer goes on with a weight
# that the net no longer uses. Nothing is said. Seen, with weights of 1 called with 0:
#
#     two layers: answer 0, afterwards weight 1, a Parameter, the net's own True
#     two layers that share a weight: answer 0, afterwards weight 1, a Parameter, the net's own True
#     one layer under two names: answer 0, afterwards weight 0, a Tensor, the net's own False
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --no-compile --disable-pip-version-check torch==2.13.0 numpy==2.4.6
cat > "$work/run.py" <<'PYTHON'
import torch
from torch import Tensor, nn


class Twice(nn.Module):
    def __init__(self, second: nn.Module) -> None:
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.first(x))


def ones() -> nn.Linear:
    layer = nn.Linear(2, 2, bias=False)
    nn.init.ones_(layer.weight)
    return layer


def told(net: Twice) -> str:
    own = net.first.weight
    others = {name: torch.zeros_like(weight) for name, weight in net.named_parameters()}
    answer = torch.func.functional_call(net, others, (torch.ones(1, 2),))
    now = net.first.weight
    kind = type(now).__name__
    return f"answer {answer.sum():.0f}, afterwards weight {now[0, 0]:.0f}, a {kind}, the net's own {now is own}"


first = ones()
print("two layers:", told(Twice(ones())))
sharing = ones()
sharing.weight = first.weight
print("two layers that share a weight:", told(Twice(sharing)))
print("one layer under two names:", told(Twice(first)))
PYTHON
seen=$("$work/env/bin/python" "$work/run.py" 2> "$work/warnings") || { cat "$work/warnings" >&2; exit 1; }
echo "$seen"
expected=$(sed -n 's/^#     //p' "$0")
[ "$seen" = "$expected" ] || { echo "this has changed" >&2; exit 1; }
