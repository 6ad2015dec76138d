"""The commands by name. A new command is a module and a row here; the module is loaded when its command is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from striate.probes.catalog import ENTRIES as PROBES


@dataclass(frozen=True)
class Entry:
    """One command: ``name`` is what is typed, ``home`` the module under striate.app.commands and the function in it.

    ``summary`` begins the function's docstring too, which is its help. A ``free`` command takes every option as it comes,
    --help too, since what it says depends on its argument.
    """

    name: str
    summary: str
    home: str
    free: bool = False

    def function(self) -> Callable[..., None]:
        """Return the function, whose module is loaded now."""
        module, _, name = self.home.partition(":")
        return getattr(import_module(f"striate.app.commands.{module}"), name)


GROUPS = {
    "clear": "Remove the decoded photographs that are kept.",
    "list": "List what there is by name.",
    "show": "Show one thing in detail.",
    "exercise": "Write the layers by hand yourself, and have them graded.",
    "probe": "Look inside a net: what it sees in an image, and where.",
}
"""The words that stand before the names of several commands, and what they have in common."""

_OWN = (
    Entry("study", "Answer a question: train every arm with every seed", "study:study"),
    Entry("sheet", "Answer every question of a course homework in one document", "course.sheet:sheet"),
    Entry("train", "Train one net by a recipe", "training.train:train"),
    Entry("resume", "Continue an interrupted run", "training.train:resume"),
    Entry("test", "Score a run on its test split, once", "test:test"),
    Entry("predict", "Say what a net takes pictures for", "look.predict:predict"),
    Entry("export", "Write a net as a file that other programs read", "export:export"),
    Entry("list nets", "List the nets", "look.list:nets"),
    Entry("list data", "List the datasets, and where they were found", "look.list:data"),
    Entry("list studies", "List the questions that are built in", "look.list:studies"),
    Entry("list sheets", "List the course homeworks that can be answered", "look.list:sheets"),
    Entry("list proofs", "List the statements that can be proved", "look.list:proofs"),
    Entry("list fields", "List what --set reaches", "look.list:fields"),
    Entry("list runs", "List the runs in a folder", "look.list:runs"),
    Entry("list cache", "List the decoded photographs that are kept", "look.cache:kept"),
    Entry("clear cache", "Remove decoded photographs from the cache", "look.cache:clear"),
    Entry("show data", "Show a data set", "look.data:show"),
    Entry("show net", "Show a net layer by layer", "look.show:net"),
    Entry("show run", "Show a run: its curves, how it was trained in words", "look.show:run"),
    Entry("show mistakes", "Show where a net is wrong", "look.mistakes:show"),
    Entry("show study", "Show a study before it runs", "look.show:study"),
    Entry("serve", "Show the runs and studies of a folder in the browser, live", "look.serve:serve"),
    Entry("probe saliency", "Show which pixels the score depends on", "probe.heatmap:saliency"),
    Entry("probe gradcam", "Show which places of a feature map speak for the class", "probe.heatmap:gradcam"),
    Entry("probe occlusion", "Show what the score loses when a place is covered", "probe.heatmap:occlusion"),
    Entry("probe filters", "Show the filters of the first convolution as pictures", "probe.channels:filters"),
    Entry(
        "probe features",
        "Show which images, and which places in them, make channels count",
        "probe.channels:features",
    ),
    Entry("probe patches", "Show the patches of a data set that excite a channel most", "probe.channels:patches"),
    Entry("probe maximize", "Make the image that excites a channel most", "probe.channels:maximize"),
    Entry("probe fool", "Change images as little as it takes until the net sees another class", "probe.fool:fool"),
    Entry("probe localise", "Show where in a picture a class is", "probe.localise:localise"),
    Entry("judge", "Judge claims about runs that another program trained and logged", "judge:judge"),
    Entry("gate", "Judge whether a changed command is better, by what both print", "gate:gate"),
    Entry("prove", "Prove a statement and check it, at sizes of your own", "prove:prove", free=True),
    Entry("gradcheck", "Check the layers by hand", "gradcheck:gradcheck"),
    Entry("exercise list", "List the exercises", "course.exercise:list_all"),
    Entry(
        "exercise start",
        "Write a file to begin with: signatures, shapes and the formula to be found",
        "course.exercise:start",
    ),
    Entry("exercise grade", "Grade a file", "course.exercise:grade"),
    Entry("doctor", "Examine this machine: versions, processor, precision, data", "doctor:doctor"),
)

_NAMED = {entry.name for entry in _OWN}
ENTRIES = (
    *_OWN,
    *(
        Entry(f"probe {probe.name}", f"Show {probe.summary}", f"probe.general:{probe.name}")
        for probe in PROBES.values()
        if f"probe {probe.name}" not in _NAMED
    ),
)
"""Every command; a probe that has none of its own has the general one."""
