"""From a folder of study folders to one finding: every question with its verdicts and the numbers of its arms.

    python findings/studies.py STUDIES FINDING

writes FINDING/README.md, and for each study NAME/verdict.json, NAME/study.json, NAME/environment.json (of its first run) and
NAME/accuracy.svg.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Any

from collect import curve

from striate.app.terminal.show import accuracy
from striate.base.disk.files import read_json, write_json, write_text
from striate.reports.study.records import StudyRecord, read_study
from striate.studies.claims.outcome import summary

KEPT = ("processor", "cores", "capability", "precision", "torch", "numpy", "python")


def main(source: Path, target: Path) -> None:
    """Collect every study of ``source`` that has a verdict; the introduction and the studies that are there already stay."""
    page = target / "README.md"
    mark = "<!-- collected -->"
    before, _, after = (page.read_text(encoding="utf-8") if page.is_file() else "# Studies\n\n").partition(mark)
    there = re.findall(r"^## .*?(?=^## |\Z)", after, re.MULTILINE | re.DOTALL)
    sections = {
        found[1]: f"{text.strip()}\n" for text in there if (found := re.search(r"^`([^`]+)` on ", text, re.MULTILINE))
    }
    for folder in sorted(path.parent for path in source.glob("*/verdict.json")):
        kept = target / folder.name
        kept.mkdir(parents=True, exist_ok=True)
        for name in ("study.json", "verdict.json"):
            shutil.copyfile(folder / name, kept / name)
        study = read_study(folder)
        write_json(kept / "environment.json", dict(next(run.environment for run in study.runs if run.environment)))
        write_text(kept / "accuracy.svg", curve(study, "accuracy"))
        sections[folder.name] = section(folder, study)
    write_text(page, f"{before}{mark}\n\n" + "\n".join(sections[name] for name in sorted(sections)))


def section(folder: Path, study: StudyRecord) -> str:
    """Return one study as Markdown: command, verdicts, arms."""
    record: dict[str, Any] = read_json(folder / "verdict.json")
    environment = next(run.environment for run in study.runs if run.environment)
    minutes = sum(run.seconds or 0.0 for run in study.runs) / 60
    facts = ", ".join(f"{name} {environment[name]}" for name in KEPT if name in environment)
    some = study.base.get("train_images")
    options = ", ".join(f"{name} {value}" for name, value in study.base["net_options"].items())
    net = f"net {study.base['net']}{f' with {options}' if options else ''}"
    images = f"{some:,} images of {study.base['data']}" if some else study.base["data"]
    until, ended = study.until, sum(run.seconds is not None for run in study.runs)
    seeds = (
        f"{until['least']} to {until['most']} seeds until decided, {ended} runs"
        if until
        else f"{len(study.seeds)} seeds"
    )
    lines = [
        f"## {study.question}",
        "",
        f"`{folder.name}` on {images}, {net}: {len(study.arms)} arms x {seeds}, "
        f"{study.base['epochs']} epochs; {minutes:.1f} minutes in updates, all runs together ({facts}).",
        "",
    ]
    lines += [f"- **{v['answer']}**: {v['statement']}. {v['reason']}." for v in record["verdicts"]]
    lines += [f"- note: {note}." for note in study.notes]
    lines += ["", "| arm | final training | final validation | best validation | test |", "|---|---|---|---|---|"]
    trained = {
        arm.name: [run.curves["train", "accuracy"][-1][1] for run in arm.runs if ("train", "accuracy") in run.curves]
        for arm in study.arms
    }
    for arm in record["arms"]:
        cells = " | ".join(accuracy(arm[measure]) for measure in ("final", "best", "test"))
        failed = arm["states"]["at chance"] + arm["states"]["diverged"]
        training = accuracy(summary(values) if (values := trained[arm["name"]]) else None)
        lines.append(f"| {arm['name']}{f' ({failed} failed)' if failed else ''} | {training} | {cells} |")
    return "\n".join([*lines, "", f"![Validation accuracy]({folder.name}/accuracy.svg)", ""])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
