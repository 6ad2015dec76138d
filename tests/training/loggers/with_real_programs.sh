#!/usr/bin/env bash
# Trackio and MLflow themselves: a run that is killed after its second epoch and goes on is one run there, with every epoch once.
# Both go into a folder of their own, for they ask for older versions of what the set-up has. Run after `make setup-dev`.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/run.py" <<'PY'
import os, sys
from striate.training.recipe.recipe import Recipe
from striate.training.train import train
recipe = Recipe(net_options={"widths": [[3]], "hidden": []}, batch_size=25, train_images=75, epochs=4)
def watch(tick):
    if tick.val is not None and tick.epoch == int(sys.argv[2]):
        os.kill(os.getpid(), 9)
train(recipe, "run-" + sys.argv[1], log=(sys.argv[1],), watch=watch)
PY
cat > "$folder/read.py" <<'PY'
import sys
from striate.studies.logs.opening import read_log
rows = read_log(sys.argv[1]).rows
print(sys.argv[1], [(row["step"], row["loss/val"]) for row in rows])
assert [row["step"] for row in rows] == [3, 6, 9, 12]
assert len({row["run"] for row in rows}) == 1
PY
cd "$folder"
export TRACKIO_DIR=$folder/trackio MLFLOW_TRACKING_URI=sqlite:///$folder/mlflow.db
for name in trackio==0.43.0 mlflow==3.17.2; do
    program=${name%%==*}
    "$root/.venv/bin/uv" pip install --quiet --python "$root/.venv/bin/python" --target "$folder/$program-packages" "$name"
    export PYTHONPATH=$folder/$program-packages
    "$root/.venv/bin/python" run.py "$program" 2 || [ $? = 137 ]
    "$root/.venv/bin/python" run.py "$program" 0
    unset PYTHONPATH
done
cat > "$folder/question.py" <<'PY'
import striate as st
BASE = st.Recipe(net_options={"widths": [[3]], "hidden": []}, batch_size=25, train_images=75, epochs=2)
def study(base):
    better = st.Better("better", "b ends higher", treatment=("b",), control="a", measure="test", margin=0.01)
    return st.Study("pair", "Is b better?", base, (st.Arm("a"), st.Arm("b", {"lr": 0.01})), (better,), (0, 1))
PY
# Four runs, two at a time, into a store that is not there yet.
MLFLOW_TRACKING_URI=sqlite:///$folder/new.db PYTHONPATH=$folder/mlflow-packages \
    "$root/.venv/bin/striate" study question.py --log mlflow --workers 2 --out pair > /dev/null
"$root/.venv/bin/python" -c 'from striate.studies.logs.opening import read_log
runs = [row["run"] for row in read_log("new.db").rows]
print("new.db", len(runs), "rows of", len(set(runs)), "runs")
assert (len(runs), len(set(runs))) == (8, 4)'
"$root/.venv/bin/python" read.py trackio/striate.db
"$root/.venv/bin/python" read.py mlflow.db
