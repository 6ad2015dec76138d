"""Tests lie where what they test lies: every module has a test file of its own, or one that is named here."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "striate"
TESTS = ROOT / "tests"
PACKAGES = {path.name for path in SOURCE.iterdir() if path.is_dir()}

# Module -> the test file that exercises it, where a file of its own would only repeat that one.
TESTED_ELSEWHERE: dict[str, str] = {
    "app/inputs/installed.py": "app/exporting/test_export.py",
    "app/inputs/predictor.py": "app/scoring/test_predicting.py",
    "reports/run/mistakes.py": "app/scoring/test_mistaking.py",
    "reports/run/unlabelled.py": "app/scoring/test_unlabelled.py",
    "training/recipe/starting.py": "training/starting/test_source.py",
    "data/photos/upright.py": "data/photos/test_picture.py",
    "app/inputs/changes.py": "app/test_cli.py",
    "app/actions/choices.py": "laws/test_options.py",
    "app/actions/gradchecks.py": "app/commands/test_gradcheck.py",
    "app/actions/lists.py": "app/commands/look/test_list.py",
    "app/actions/localising.py": "app/commands/probe/test_channels.py",
    "app/actions/looking.py": "app/commands/probe/test_heatmap.py",
    "app/actions/machine.py": "app/test_cli.py",
    "app/actions/net_shown.py": "app/inputs/test_net_anatomy.py",
    "app/actions/proofs.py": "app/commands/test_prove.py",
    "app/actions/scoring.py": "app/test_cli.py",
    "app/actions/study_shown.py": "app/commands/look/test_show.py",
    "app/actions/training.py": "app/test_cli.py",
    "app/inputs/views.py": "app/commands/probe/test_channels.py",
    "app/commands/course/sheet.py": "app/sheets/test_make.py",
    "sheets/answers/choices.py": "laws/test_answers.py",
    "sheets/answers/curves.py": "laws/test_answers.py",
    "sheets/answers/looks.py": "laws/test_answers.py",
    "sheets/answers/proofs.py": "laws/test_answers.py",
    "sheets/answers/sources.py": "laws/test_answers.py",
    "sheets/answers/verdicts.py": "laws/test_answers.py",
    "sheets/catalog.py": "sheets/test_sheet.py",
    "sheets/document.py": "sheets/pages/test_html.py",
    "sheets/parts.py": "sheets/test_sheet.py",
    "sheets/work.py": "sheets/test_sheet.py",
    "sheets/pages/drawings.py": "app/sheets/test_make.py",
    "sheets/pages/files.py": "sheets/pages/test_markdown.py",
    "app/commands/catalog.py": "app/commands/test_loading.py",
    "app/commands/export.py": "app/test_cli.py",
    "app/commands/study.py": "app/test_cli.py",
    "app/commands/test.py": "app/test_cli.py",
    "app/commands/probe/present.py": "app/commands/probe/test_heatmap.py",
    "app/options/probing.py": "app/commands/probe/test_heatmap.py",
    "app/options/question.py": "app/commands/look/test_show.py",
    "app/terminal/rows.py": "app/commands/look/test_list.py",
    "app/terminal/run.py": "app/actions/test_run_shown.py",
    "app/terminal/shared_names.py": "app/actions/test_fields.py",
    "probes/choices.py": "laws/test_options.py",
    "app/exporting/following.py": "app/exporting/test_export.py",
    "app/exporting/photograph_graph.py": "app/exporting/test_preprocessed.py",
    "scratch/exercises/judges.py": "scratch/exercises/test_grade.py",
    "scratch/exercises/comparing.py": "scratch/exercises/test_grade.py",
    "scratch/exercises/tasks/layers.py": "scratch/exercises/test_grade.py",
    "scratch/exercises/tasks/dropout.py": "scratch/exercises/test_grade.py",
    "scratch/exercises/tasks/batch_norm.py": "scratch/exercises/test_grade.py",
    "scratch/exercises/verdict.py": "scratch/exercises/test_catalog.py",
    "scratch/exercises/tasks/losses.py": "scratch/exercises/test_grade.py",
    "scratch/exercises/tasks/models.py": "scratch/exercises/test_grade.py",
    "scratch/exercises/tasks/derivations.py": "scratch/exercises/test_grade.py",
    "scratch/exercises/tasks/solver.py": "scratch/exercises/test_grade.py",
    "scratch/exercises/tasks/update_rules.py": "scratch/exercises/test_grade.py",
    "scratch/exercises/forms.py": "scratch/exercises/test_grade.py",
    "scratch/exercises/worker.py": "scratch/exercises/test_grade.py",
    "app/judging/judged.py": "app/commands/test_judge.py",
    "app/judging/gate.py": "app/commands/test_gate.py",
    "app/terminal/proof.py": "app/commands/test_prove.py",
    "app/commands/doctor.py": "app/test_cli.py",
    "app/commands/training/train.py": "app/test_cli.py",
    "app/commands/probe/fool.py": "app/commands/probe/test_channels.py",
    "app/commands/probe/localise.py": "app/commands/probe/test_channels.py",
    "app/terminal/show.py": "app/test_cli.py",
    "data/statistics.py": "data/test_imageset.py",
    "data/photos/notes.py": "data/photos/test_folder.py",
    "nets/families/convnet.py": "nets/test_catalog.py",
    "base/version.py": "training/engines/test_machine.py",
    "base/validation.py": "training/recipe/test_recipe.py",
    "nets/families/options.py": "nets/test_catalog.py",
    "studies/grid.py": "studies/running/test_search.py",
    "probes/fooling/facts.py": "probes/test_facts.py",
    "nets/entry.py": "nets/test_catalog.py",
    "nets/inputs.py": "nets/test_catalog.py",
    "nets/measure/forward_trace.py": "nets/measure/test_anatomy.py",
    "studies/catalog.py": "studies/test_question.py",
    "studies/looks/found.py": "studies/claims/test_finding.py",
    "studies/claims/kinds.py": "laws/test_claims.py",
    "studies/logs/catalog.py": "studies/logs/test_opening.py",
    "studies/claims/measured.py": "studies/claims/test_outcome.py",
    "studies/judged/copied.py": "studies/judged/test_judging.py",
    "studies/gate/question.py": "studies/gate/test_gate.py",
    "studies/judged/logged.py": "studies/judged/test_runs.py",
    "studies/running/ended.py": "studies/running/test_execute.py",
    "training/recipe/setting.py": "training/recipe/test_recipe.py",
    "training/recipe/rules.py": "training/recipe/test_recipe.py",
    "training/engines/engine.py": "training/test_loop.py",
    "training/folder/forms.py": "training/folder/test_chain.py",
    "training/folder/inspection.py": "training/folder/test_chain.py",
    "training/folder/saving.py": "training/test_loop.py",
    "studies/running/executor.py": "studies/running/test_slurm.py",
    "training/engines/processes/together.py": "training/engines/processes/test_group.py",
    "training/session.py": "training/test_train.py",
    "training/recipe/net_options.py": "training/recipe/test_recipe.py",
    "training/engines/setup.py": "training/test_loop.py",
    "training/folder/weights.py": "training/test_train.py",
}


def test_tests_mirror_the_sources() -> None:
    """Every module has its tests at tests/PACKAGE/test_MODULE.py, or in the file that TESTED_ELSEWHERE names.

    The studies that are built in are all run by tests/laws/test_studies.py.
    """
    own = {path.relative_to(SOURCE) for path in SOURCE.rglob("*.py") if not path.stem.startswith("__")}
    own = {path for path in own if "builtin" not in path.parts}
    mirrored = {module.with_name(f"test_{module.name}") for module in own}
    present = {
        path.relative_to(TESTS) for path in TESTS.rglob("test_*.py") if path.relative_to(TESTS).parts[0] in PACKAGES
    }
    elsewhere = {Path(module).with_name(f"test_{Path(module).name}") for module in TESTED_ELSEWHERE}
    assert sorted(map(str, mirrored - present - elsewhere)) == [], "modules without tests"
    assert sorted(map(str, present - mirrored)) == [], "tests without a module"
    assert elsewhere <= mirrored - present, "no exception any more"
    assert {test for test in TESTED_ELSEWHERE.values() if not (TESTS / test).exists()} == set()
