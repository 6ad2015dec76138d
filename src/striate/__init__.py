"""Striate: a laboratory for convolutional networks.

Programs take every public name from here, and each is loaded when it is first used.

import striate as st

run = st.train(st.Recipe(data="digits"), "runs/first")
answer = st.study("batchnorm", "runs/batchnorm")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from striate.base.catalog import doors
from striate.base.version import VERSION

__version__ = VERSION

# The public names, each with the module that holds it: type checkers read them here, and so does `doors`, which has
# a module loaded when its name is first asked for, so that `import striate` does not load PyTorch.
if TYPE_CHECKING:
    from striate.app.exporting.export import export as export
    from striate.app.judging.gate import gate as gate
    from striate.app.judging.judged import judge as judge
    from striate.app.progress.trained import resume as resume
    from striate.app.progress.trained import train as train
    from striate.app.scoring.predicting import predict as predict
    from striate.app.scoring.score import score as score
    from striate.app.sheets.make import sheet as sheet
    from striate.app.shown import figure as figure
    from striate.app.shown import open_net as open_net
    from striate.app.shown import page as page
    from striate.app.study import study as study
    from striate.base.errors import StriateError as StriateError
    from striate.nets.catalog import build as build
    from striate.nets.custom.trust import trust_code as trust_code
    from striate.nets.weights.load import load_weights as load_weights
    from striate.probes import probe as probe
    from striate.proofs.catalog import prove as prove
    from striate.scratch.exercises.catalog import exercises as exercises
    from striate.scratch.exercises.catalog import start_exercise as start_exercise
    from striate.scratch.exercises.grade import grade as grade
    from striate.scratch.gradcheck import gradcheck as gradcheck
    from striate.studies.claims.better import Better as Better
    from striate.studies.claims.choice import Choice as Choice
    from striate.studies.claims.equal import Equal as Equal
    from striate.studies.claims.larger import Larger as Larger
    from striate.studies.claims.sooner import Sooner as Sooner
    from striate.studies.claims.stabler import Stabler as Stabler
    from striate.studies.looks.plan import Until as Until
    from striate.studies.question import Arm as Arm
    from striate.studies.question import Search as Search
    from striate.studies.question import Study as Study
    from striate.training.folder.run import Run as Run
    from striate.training.folder.run import open_run as open_run
    from striate.training.recipe.recipe import Recipe as Recipe
    from striate.training.train import test as test
    from striate.training.trials.lr_range import range_test as range_test
    from striate.training.trials.overfit import overfit_batch as overfit_batch
else:
    __all__, __getattr__, __dir__ = doors(__name__, __file__)
