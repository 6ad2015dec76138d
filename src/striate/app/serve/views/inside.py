"""Look inside a net: what a probe finds in a picture, as the page of that probe shows it, with the command that makes it.

PyTorch is loaded when a net is first asked for.
"""

from __future__ import annotations

import copy
import shlex
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from striate.app.options.flags import FLAGS, flag
from striate.app.serve.pages import page_json
from striate.app.serve.pictures import Dropped
from striate.app.serve.place import Place
from striate.app.serve.pulse import FREE, Pulse
from striate.app.serve.views.controls import Shown, options_of, probe_shown
from striate.app.serve.views.runs import stamp_of
from striate.app.serve.views.weights import Weights
from striate.base.errors import ProbeError, printable

if TYPE_CHECKING:
    from striate.app.actions.looking import Look
    from striate.app.inputs.opened_net import Subject

Query = Mapping[str, str]
KEPT = 4  # nets that stay open
ELSEWHERE = ("timm:", "torchvision:")
MOST_MAPS = 64  # channels of a tap that are shown
MOST_CHANNELS = 4  # for which images are made at a time
DATA_IMAGES = 64  # of a data set, where a probe looks through one: enough for the scale of its pixels


class Inside:
    """The nets that are open, and the pictures that were dropped. One probe at a time: they take all cores."""

    def __init__(self, place: Place) -> None:
        self.place, self.dropped, self.weights = place, Dropped(), Weights(place)
        self._open: OrderedDict[tuple[Any, ...], Subject] = OrderedDict()
        self.turn = threading.Lock()

    def net(self, query: Query, pulse: Pulse = FREE) -> dict[str, Any]:
        """Return what the net takes and holds: image, classes, taps with the shape of their maps."""
        from striate.nets.measure.anatomy import anatomy

        with pulse.turn(self.turn):
            subject = self._subject(query)
            measured = anatomy(subject.net, subject.inputs.image_shape, subject.name)
        taps = [
            {"name": layer.name, "kind": layer.kind, "shape": layer.output}
            for layer in measured.layers
            if len(layer.output) == 3 and "(" not in layer.name
        ]
        told = {"classes": subject.inputs.classes, "data": subject.inputs.data, "untrained": subject.untrained}
        name = subject.name if query.get("weights") else query.get("net", "")
        return {"name": name, "image": subject.inputs.image_shape, "taps": taps, **told}

    def look(self, query: Query, pulse: Pulse = FREE) -> dict[str, Any]:
        """Return what ``probe`` finds in ``image``, as JSON of its page."""
        from striate.reports.probe.page import page_of

        probe = query.get("probe", "")
        shown = probe_shown(probe)
        options = options_of(shown, query)
        target = query.get("class") or None
        with pulse.turn(self.turn):
            subject = self._subject(query)
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
            channels = _channels(options.pop("channels", ""))
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

        with pulse.turn(self.turn):
            subject = self._subject(query)
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

    def _subject(self, query: Query) -> Subject:
        """Return the net: a run of the folder, one of timm or torchvision, or one with the weights of a file; kept open."""
        from striate.app.inputs.opened_net import open_subject

        name, weights, trained_on = (query.get(word, "") for word in ("net", "weights", "trained_on"))
        make: Callable[[], Subject]
        if weights:
            file = self.weights.path(weights)
            key: tuple[Any, ...] = (name, weights, trained_on, stamp_of(file.parent, (file.name,)))
            make = partial(self.weights.opened, name, weights, trained_on)
        else:
            elsewhere = name.startswith(ELSEWHERE)
            text = name if elsewhere else str(self.place.folder(name))
            key = (name, () if elsewhere else stamp_of(Path(text)))
            make = partial(open_subject, text, data_dir=self.place.data_dir, warn=lambda _: None)
        if key not in self._open:
            self._open[key] = make()
            while len(self._open) > KEPT:
                self._open.popitem(last=False)
        self._open.move_to_end(key)
        return self._open[key]

    def _command(
        self, probe: Shown, subject: Subject, query: Query, target: str | None, options: Mapping[str, Any]
    ) -> str:
        words = ["striate", "probe", probe.name, subject.name]
        if probe.pictured:
            words.append(self.dropped.shown(query.get("image", "")))
        if probe.pictured and target:
            words += [flag("target") if probe.name == "fool" else FLAGS["target"], target]
        for option, value in options.items():
            given = _channels(value) if option == "channels" else [str(value)]
            words += [flag(option), *given] if given else []
        words += [flag("images"), str(DATA_IMAGES)] if probe.name == "maximize" else []
        words += [FLAGS["weights"], self.weights.shown(query["weights"])] if query.get("weights") else []
        words += [FLAGS["trained_on"], query["trained_on"]] if query.get("weights") and query.get("trained_on") else []
        return shlex.join(words)


def _channels(text: Any) -> list[str]:
    """Return the channels that are written in a field of the page, as many as it has room for."""
    return str(text).replace(",", " ").split()[:MOST_CHANNELS]
