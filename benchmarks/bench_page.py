"""The local page: what its server takes, as seconds and as ratios of the same work without it.

folder    server time of the folder view with 200 runs of 100 epochs, cold and again     target: .5 s at most
live      from the change of a file to its event                                         target: 1 s at most
gradcam   a dropped image through the page over the bare probe, resnet20                 target: ratio 3 at most
beside    updates a second of a training beside an open page over one without            target: ratio .95 at least

python benchmarks/bench_page.py [--runs 200] [--epochs 100] [--rounds 9] [--updates 400]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import torch
import uvicorn
from pairs import seconds
from PIL import Image

from striate.app.serve.place import Place
from striate.app.serve.server import prepared
from striate.base.disk.files import write_json, write_text
from striate.nets import build
from striate.probes.heatmaps.gradcam import gradcam
from striate.training.folder.tables import HEADER
from striate.training.recipe.recipe import Recipe
from striate.training.train import train

TOKEN = "0123456789abcdef"  # noqa: S105 - of a server that only this process asks
TRAINING = """
import sys, time
from striate.training.recipe.recipe import Recipe
from striate.training.engines.setup import set_up
from striate.training.loop import Progress, epoch_updates
from striate.data import load
recipe = Recipe(data="digits", epochs=10_000, batch_size=64)
setup, progress, times = set_up(recipe, load("digits"), lambda text: None), Progress(), []
def stop():
    times.append(time.perf_counter())
    return len(times) > int(sys.argv[1])
while not stop():
    epoch_updates(setup, progress, stop=stop, watch=None)
print((len(times) - 1) / (times[-1] - times[0]))
"""


class Page:
    """A server in this process, and one who asks it."""

    def __init__(self, folder: Path) -> None:
        served = prepared(Place(folder), port=0, token=TOKEN)
        port = served.listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        headers = {"Cookie": f"striate-{port}={TOKEN}", "Origin": self.address}
        self.client = httpx.Client(headers=headers, timeout=600)
        self._server = uvicorn.Server(uvicorn.Config(served.app, log_level="critical", lifespan="off"))
        threading.Thread(target=self._server.run, args=([served.listener],), daemon=True).start()
        while not self._server.started:
            time.sleep(0.01)

    def ask(self, path: str, body: bytes | None = None) -> bytes:
        """Return what the page answers; a ``body`` is posted."""
        address = self.address + path
        answer = self.client.get(address) if body is None else self.client.post(address, content=body)
        return answer.raise_for_status().content


def filled(top: Path, runs: int, epochs: int) -> None:
    """Write ``runs`` finished runs with made-up curves."""
    recipe = Recipe(data="digits", epochs=epochs).to_json()
    rows = [
        f"{epoch * 25},{epoch},{split},{metric},{1 - 1 / (epoch + 1)!r}"
        for epoch in range(1, epochs + 1)
        for split, metric in (
            ("train", "loss"),
            ("train", "accuracy"),
            ("val", "loss"),
            ("val", "accuracy"),
            ("train", "lr"),
        )
    ]
    for number in range(runs):
        place = top / f"run{number:04}"
        place.mkdir(parents=True)
        write_json(place / "recipe.json", {**recipe, "seed": number})
        write_json(place / "status.json", {"status": "finished", "reason": "", "epoch": epochs, "step": epochs * 25})
        write_text(place / "history.csv", "\n".join([HEADER, *rows]) + "\n")


def folder_view(runs: int, epochs: int, rounds: int) -> None:
    """Measure and print the folder view, and how late a change is seen."""
    with tempfile.TemporaryDirectory() as top:
        filled(Path(top), runs, epochs)
        page = Page(Path(top))
        cold = seconds(lambda: page.ask("/api/folder"))
        again = statistics.median(seconds(lambda: page.ask("/api/folder")) for _ in range(rounds))
        print(f"folder    {runs} runs of {epochs} epochs: {cold:.3f} s cold, {again:.3f} s again")
        late: list[float] = []
        with page.client.stream("GET", f"{page.address}/api/events") as answer:
            lines = answer.iter_lines()
            for line in lines:
                if line == "event: hello":
                    break
            for _ in range(rounds):
                time.sleep(1.2)  # the first look at the disk, and the last change, are over
                start = time.perf_counter()
                (Path(top) / "run0000" / "status.json").touch()
                for line in lines:
                    if line == "event: changed":
                        break
                late.append(time.perf_counter() - start)
        print(f"live      {statistics.median(late):.3f} s from change to event, {max(late):.3f} s at worst")


def gradcam_view(rounds: int) -> None:
    """Measure and print Grad-CAM of a dropped image."""
    with tempfile.TemporaryDirectory() as top:
        recipe = Recipe(data="digits", net="resnet20", epochs=1, train_images=64, batch_size=64)
        train(recipe, Path(top) / "resnet", warn=lambda text: None)
        file = BytesIO()
        Image.fromarray(np.random.default_rng(0).integers(0, 256, (32, 32), dtype=np.uint8)).save(file, "PNG")
        page = Page(Path(top))
        word = json.loads(page.ask("/api/picture?name=a.png", file.getvalue()))["image"]
        path = f"/api/look?net=resnet&probe=gradcam&image={word}"
        net, image = build("resnet20", {}, (8, 8, 1), 10).eval(), torch.rand(1, 1, 8, 8)
        gradcam(net, image)
        page.ask(path)
        pairs = [(seconds(lambda: page.ask(path)), seconds(lambda: gradcam(net, image))) for _ in range(rounds)]
        ratio = statistics.median(a / b for a, b in pairs)
        print(
            f"gradcam   {1e3 * statistics.median(a for a, _ in pairs):.0f} ms by the page, ratio {ratio:.2f} to the bare probe"
        )


def beside(updates: int, rounds: int) -> None:
    """Measure and print a training beside the page."""
    with tempfile.TemporaryDirectory() as top:
        filled(Path(top), 20, 100)
        command = [sys.executable, "-m", "striate", "serve", top, "--port", "0", "--token", TOKEN]
        ratios: list[float] = []
        for _ in range(rounds):
            alone = rate(updates)
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
                assert server.stdout is not None
                address = server.stdout.readline().partition("/?")[0]
                port = address.rpartition(":")[2]
                cookie = {"Cookie": f"striate-{port}={TOKEN}"}
                with httpx.stream("GET", f"{address}/api/events", headers=cookie, timeout=600):
                    ratios.append(rate(updates) / alone)
                server.terminate()
        print(f"beside    {statistics.median(ratios):.3f} of the speed without a page (median of {rounds} pairs)")


def rate(updates: int) -> float:
    """Return updates a second of a training in a process of its own."""
    done = subprocess.run([sys.executable, "-c", TRAINING, str(updates)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("--runs", 200), ("--epochs", 100), ("--rounds", 9), ("--updates", 400)):
        parser.add_argument(name, type=int, default=value)
    given = parser.parse_args()
    folder_view(given.runs, given.epochs, given.rounds)
    gradcam_view(given.rounds)
    beside(given.updates, given.rounds)


if __name__ == "__main__":
    main()
