"""The public functions take a path as text and as pathlib has it, alike."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import striate as st
from striate.base.errors import StriateError

FUNCTIONS = [name for name in st.__all__ if inspect.isfunction(getattr(st, name))]


def kinds(hint: str) -> set[str]:
    """Return the kinds that an annotation accepts, ``str | Path | None`` as three."""
    return {part.strip() for part in hint.split("|")}


def test_whatever_takes_a_path_takes_text_too() -> None:
    seen = 0
    for name in [*FUNCTIONS, "Recipe"]:
        door = getattr(st, name)
        for word, parameter in inspect.signature(door).parameters.items():
            if "Path" not in kinds(str(parameter.annotation)):
                continue
            seen += 1
            assert "str" in kinds(str(parameter.annotation)), f"{name}({word})"
    assert seen >= 10


@pytest.mark.parametrize("text", [True, False])
def test_text_and_path_do_the_same(text: bool, tmp_path: Path) -> None:
    given = str if text else Path
    recipe = st.Recipe(data="digits", net="mlp", epochs=1, train_images=40)
    run = st.train(recipe, given(tmp_path / "run"), data_dir=given(tmp_path))
    assert st.open_run(given(run.folder)).status == "finished"
    assert st.resume(given(run.folder), data_dir=given(tmp_path)).status == "finished"
    assert st.test(given(run.folder), data_dir=given(tmp_path)).images > 0
    file = given(tmp_path / "net.safetensors")
    st.export(given(run.folder), "safetensors", file, data_dir=given(tmp_path))
    assert st.score("mlp", "digits", file, data_dir=given(tmp_path)).images > 0
    assert st.score(given(run.folder), "digits", data_dir=given(tmp_path)).images > 0
    st.load_weights(st.build("mlp", {}, (8, 8, 1), 10), file)
    st.overfit_batch(recipe, data_dir=given(tmp_path), updates=1)
    st.range_test(recipe, data_dir=given(tmp_path), updates=20, seeds=1)
    with pytest.raises(StriateError, match="photos"):
        st.train(st.Recipe(data=given(tmp_path / "photos")), given(tmp_path / "other"))
    with pytest.raises(StriateError, match=r"question\.py"):
        st.study(given(tmp_path / "question.py"))
