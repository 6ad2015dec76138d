"""A folder with a trained run, a study, and damaged ones among them, and the page of it as a test asks it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from finished_study import write_study, write_verdict
from striate.app.serve.place import Place
from striate.app.serve.server import application
from striate.training.recipe.recipe import Recipe
from striate.training.train import train

RECIPE = Recipe(data="digits", epochs=2, batch_size=256, train_images=200, net_options={"widths": [[2]], "hidden": []})
TOKEN = "0123456789abcdef"


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("served")
    train(RECIPE, top / "<b>run", warn=lambda text: None)
    shutil.copytree(top / "<b>run", top / "torn")
    (top / "torn" / "status.json").write_text('{"status": "finished"')
    write_study(top / "asked")
    write_verdict(top / "asked")
    (top / "broken").mkdir()
    (top / "broken" / "study.json").write_text("{")
    return top


@pytest.fixture
def client(filled: Path) -> TestClient:
    """The page of ``filled`` to someone who has the token."""
    return client_of(filled)


def client_of(top: Path) -> TestClient:
    app = application(Place(top), ("127.0.0.1",), 8765, TOKEN)
    headers = {"host": "127.0.0.1:8765", "cookie": f"striate-8765={TOKEN}", "origin": "http://127.0.0.1:8765"}
    return TestClient(app, base_url="http://127.0.0.1:8765", headers=headers, follow_redirects=False)
