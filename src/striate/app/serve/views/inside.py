"""Look inside a net: what a probe finds in a picture, as the page of that probe shows it, with the command that makes it.

PyTorch is loaded when a net is first asked for.
"""

from __future__ import annotations

import copy
import shlex
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from striate.app.options.flags import FLAGS, flag
from striate.app.options.repeating import path_word
from striate.app.serve.pages import page_json
from striate.app.serve.pictures import Dropped
from striate.app.serve.place import Place
from striate.app.serve.pulse import FREE, Pulse
from striate.app.serve.views.controls import Shown, options_of, probe_shown
from striate.app.serve.views.own import admitted, words_of
from striate.app.serve.views.runs import stamp_of
from striate.app.serve.views.weights import Weights
from striate.base.errors import NetError, ProbeError, RunError, printable
from striate.data.catalog import names

if TYPE_CHECKING:
    from striate.app.actions.looking import Look
    from striate.app.inputs.opened_net import Subject

Query = Mapping[str, str]
KEPT = 4  # nets that stay open
ELSEWHERE = ("timm:", "torchvision:")
MOST_MAPS = 64  # channels of a tap that are shown
MOST_CHANNELS = 4  # that a net is asked to draw an image for
DATA_IMAGES = 64  # of a data set, where a probe looks through one: enough for the scale of its pixels


def channels_of(text: str) -> list[str]:
    """Return the channels that ``text`` names; raises ProbeError where it names none, or more than the page draws."""
    words = text.replace(",", " ").split()
    if not 1 <= len(words) <= MOST_CHANNELS:
        raise ProbeError(
            f'channels is "{printable(text)}", and 1 to {MOST_CHANNELS} numbers are expected; more by the command'
        )
    return words


class Inside:
    """The nets that are open, and the pictures that were dropped. One probe at a time: they take all cores."""

    def __init__(self, place: Place) -> None:
        self.place, self.dropped, self.weights = place, Dropped(), Weights(place)
        self._open: OrderedDict[tuple[Any, ...], tuple[Subject, list[str]]] = OrderedDict()
        self.turn = threading.Lock()

    def net(self, query: Query, pulse: Pulse = FREE) -> dict[str, Any]:
        """Return what the net takes and holds: image, classes, taps with the shape of their maps."""
        from striate.nets.measure.anatomy import anatomy

        with pulse.turn(self.turn), self._by_name():
            subject, remarks = self._subject(query)
            measured = anatomy(subject.net, subject.inputs.image_shape, subject.name)
        taps = [
            {"name": layer.name, "kind": layer.kind, "shape": layer.output}
            for layer in measured.layers
            if len(layer.output) == 3 and "(" not in layer.name
        ]
        data = subject.inputs.data if subject.inputs.data in names() else ""  # of which the page has test images
        told = {"classes": subject.inputs.classes, "data": data, "untrained": subject.untrained}
        name = subject.name if query.get("weights") else query.get("net", "")
        return {"name": name, "image": subject.inputs.image_shape, "taps": taps, "remarks": remarks, **told}

    def look(self, query: Query, pulse: Pulse = FREE) -> dict[str, Any]:
        """Return what ``probe`` finds in ``image``, as JSON of its page."""
        from striate.reports.probe.page import page_of

        probe = query.get("probe", "")
        shown = probe_shown(probe)
        options = options_of(shown, query)
        target = query.get("class") or None
        with pulse.turn(self.turn), self._by_name():
            subject, _ = self._subject(query)
            with pulse.within(subject.net):
                look = self._probed(probe, subject, query.get("image", ""), target, dict(options))
        page = page_of(look.record, look.views.pictures, subject.inputs.classes, subject.name)
        answer = page_json(replace(page, notes=(*page.notes, *look.views.notes)))
        return {**answer, "command": self._command(shown, subject, query, target, options)}

    def _probed(
        self, probe: str, subject: Subject, image: str, target: str | None, options: dict[str, Any]
    ) -> Look[Any]:
        from striate.app.actions import localising, looking

        data_dir = self.place.data_dir
        if probe == "filters":
            return looking.filters(subject, tap=options.get("tap"))
        if probe == "maximize":
            channels = channels_of(str(options.pop("channels")))
            own = copy.deepcopy(subject)  # it takes pixels from now on
            return looking.maximize(own, channels=channels, images=DATA_IMAGES, data_dir=data_dir, **options)
        word = self.dropped.word(image)
        if probe == "localise":
            scale = (options.pop("scale", 1.0),)
            return localising.localise(
                subject, [word], target=target, scale=scale, quick=True, data_dir=data_dir, **options
            )
        if probe == "fool":
            aims = [target] if target else []
            return looking.fool(copy.deepcopy(subject), [word], targets=aims, data_dir=data_dir, **options)
        return looking.probed(probe, subject, [word], target=target, quick=True, data_dir=data_dir, options=options)

    def maps(self, query: Query, pulse: Pulse = FREE) -> dict[str, Any]:
        """Return the maps of ``tap`` for ``image`` as pictures, each scaled to its own largest magnitude."""
        import torch

        from striate.app.inputs.views import opened_pictures
        from striate.nets.measure.taps import tapped
        from striate.reports.kit.colours import coloured, scaled
        from striate.reports.probe.page import Panel

        with pulse.turn(self.turn), self._by_name():
            subject, _ = self._subject(query)
            views = opened_pictures(subject, [self.dropped.word(query.get("image", ""))], self.place.data_dir)
            tap = query.get("tap", "")
            with pulse.within(subject.net), torch.no_grad(), tapped(subject.net, [tap]) as kept:
                subject.net(views.images)
        output = kept[tap].float().cpu().numpy()
        if output.ndim != 4:
            raise ProbeError(
                f"{printable(tap)} puts out {output.shape[1:]}, and maps have (C, H, W); choose another tap"
            )
        panels: list[dict[str, Any]] = []
        for channel, values in enumerate(output[0, :MOST_MAPS].astype("float64")):
            units, full = scaled(values)
            signed = bool((values < 0).any())
            panel = Panel("", f"{channel}", coloured(units, signed=signed))
            panels.append({"caption": f"channel {channel}, full colour is {full:.3g}", "uri": panel.uri})
        return {"panels": panels, "channels": output.shape[1], "shape": output.shape[1:]}

    @contextmanager
    def _by_name(self) -> Generator[None]:
        """Have what is said of an uploaded file name it as it was called where it came from."""
        with self.dropped.by_name(), self.weights.by_name():
            yield

    def _subject(self, query: Query) -> tuple[Subject, list[str]]:
        """Return the net, and what there is to be said of it; it is kept open.

        It is a run of the folder, a net of timm or torchvision, or one with the weights of a file.
        """
        from striate.app.inputs.opened_net import open_subject

        name, weights, trained_on = (query.get(word, "") for word in ("net", "weights", "trained_on"))
        remarks: list[str] = []
        make: Callable[[], Subject]
        if weights:
            file = self.weights.path(weights)
            key: tuple[Any, ...] = (name, weights, trained_on, stamp_of(file.parent, (file.name,)))
            make = partial(self.weights.opened, name, weights, trained_on)
        else:
            elsewhere = name.startswith(ELSEWHERE)
            text = name if elsewhere else str(self._run(name))
            key = (name, () if elsewhere else stamp_of(Path(text)))
            make = partial(open_subject, text, data_dir=self.place.data_dir, warn=remarks.append)
        if key not in self._open:
            self._open[key] = make(), remarks
            while len(self._open) > KEPT:
                self._open.popitem(last=False)
        self._open.move_to_end(key)
        return self._open[key]

    def _run(self, name: str) -> Path:
        from striate.nets.catalog import ENTRIES

        if not name:
            raise NetError(
                "no net is chosen; choose a run of the list, timm:NAME or torchvision:NAME, or a file of weights"
            )
        try:
            folder = self.place.folder(name)
        except RunError:
            if name not in ENTRIES:
                raise
            raise NetError(f'"{name}" alone is an untrained net; choose a file of weights of it, or a run') from None
        admitted(self.place, folder)
        return folder

    def _command(
        self, probe: Shown, subject: Subject, query: Query, target: str | None, options: Mapping[str, Any]
    ) -> str:
        words = ["striate", "probe", probe.name, path_word(subject.name)]
        if probe.pictured:
            words.append(path_word(self.dropped.shown(query.get("image", ""))))
        if probe.pictured and target:
            words += [flag("target") if probe.name == "fool" else FLAGS["target"], target]
        for option, value in options.items():
            words += [flag(option), *(channels_of(str(value)) if option == "channels" else [str(value)])]
        words += words_of(Path(subject.name)) if (Path(subject.name) / "recipe.json").is_file() else []
        words += [flag("images"), str(DATA_IMAGES)] if probe.name == "maximize" else []
        words += [FLAGS["weights"], path_word(self.weights.shown(query["weights"]))] if query.get("weights") else []
        words += [FLAGS["trained_on"], query["trained_on"]] if query.get("weights") and query.get("trained_on") else []
        return shlex.join(words)
