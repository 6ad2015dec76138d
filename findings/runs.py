"""From run folders, which are large, to a finding, which is small enough to keep.

    python findings/runs.py FINDING_FOLDER RUN_FOLDER...

writes table.md (a row for each run), history.csv (run, step, epoch, split, metric, value), timing.csv (run, epoch, seconds in
updates so far), and of every run recipes.json (what differs from the defaults), tests.json and environments.json.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

from striate.base.disk.files import read_json, write_json, write_text
from striate.nets.measure.anatomy import anatomy_from_json
from striate.training.folder.run import open_run
from striate.training.recipe.recipe import Recipe

HEAD = ["| net | parameters | best epoch of all | validation | test | updates took |", "|---|---|---|---|---|---|"]


def main(target: Path, folders: list[Path]) -> None:
    """Collect one finding."""
    target.mkdir(parents=True, exist_ok=True)
    plain, table = Recipe().to_json(), list(HEAD)
    recipes, tests, environments = {}, {}, {}
    timing = [["run", "epoch", "seconds"]]
    history = io.StringIO()
    rows = csv.writer(history, lineterminator="\n")
    rows.writerow(["run", "step", "epoch", "split", "metric", "value"])
    for folder in folders:
        run, score = open_run(folder), read_json(folder / "test.json")
        size = anatomy_from_json(read_json(folder / "anatomy.json")).parameters
        best = max(value for _, value in run.curve("val", "accuracy"))
        took = run.seconds()[-1][1]
        test = f"{score['accuracy']:.4f}"
        if "accuracy_flips" in score:
            test += f", with mirror images too {score['accuracy_flips']:.4f}"
        table.append(
            f"| {folder.name} | {size:,} | {score['epoch']} of {run.recipe.epochs} | {best:.4f} | {test}"
            f" | {took:.0f} s |"
        )
        recipes[folder.name] = {key: value for key, value in run.recipe.to_json().items() if value != plain[key]}
        rows.writerows([folder.name, r.step, r.epoch, r.split, r.metric, repr(r.value)] for r in run.history())
        timing += [[folder.name, str(epoch), f"{seconds:.1f}"] for epoch, seconds in run.seconds()]
        tests[folder.name], environments[folder.name] = score, read_json(folder / "environment.json")
    write_text(target / "table.md", "\n".join(table) + "\n")
    write_text(target / "history.csv", history.getvalue())
    write_text(target / "timing.csv", "\n".join(map(",".join, timing)) + "\n")
    for name, told in (("recipes", recipes), ("tests", tests), ("environments", environments)):
        write_json(target / f"{name}.json", told)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), [Path(word) for word in sys.argv[2:]])
