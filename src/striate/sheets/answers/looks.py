"""What a probe found, in sentences: how many pictures are fooled and move on to other nets, and what maps are worth."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from striate.base.errors import counted, listed
from striate.reports.kit.numerals import number

FEW = 0.3  # a share that may be as large although none was fooled says little

if TYPE_CHECKING:
    from striate.probes.facts import FeatureFacts, FeatureMap, LocaliseFacts
    from striate.probes.fooling.facts import FoolFacts
    from striate.probes.record import Record
    from striate.training.trials.overfit import Overfit


def fooled(record: Record[FoolFacts]) -> tuple[str, ...]:
    """Return how many pairs of image and target arrived, and how little it took."""
    facts = record.facts
    if not facts.fooled:
        return (f"None of {counted(facts.pairs, 'pair')} of image and target was fooled in {facts.steps} steps.",)
    all_of = "All" if facts.fooled == facts.pairs else f"{facts.fooled} of"
    took = facts.medians
    size = (
        f" The median change has an L2 of {number(took.l2, 3)} and no pixel moves by more than "
        f"{number(took.linf, 2)} of its range, after {number(took.iterations, 3)} steps."
        if took.l2
        else ""
    )
    rounded = f" {facts.fooled_8bit} still fool it as a picture file of 256 levels."
    return (
        f"{all_of} {counted(facts.pairs, 'pair')} of image and target "
        f"{'arrive' if facts.pairs > 1 else 'arrives'}: the net takes the image for the target.{size}{rounded}",
    )


def transferred(record: Record[FoolFacts]) -> tuple[str, ...]:
    """Return whether what fools the net fools the others too, beside random changes of the same size."""
    told: list[str] = []
    for row in record.facts.transfer.nets[1:]:
        net = row.net.rsplit("/", 1)[-1]  # a run is named by its folder
        if not row.tries or row.hits.share is None:
            told.append(f"For {net} there is no pair to judge by.")
            continue
        moved, control = row.hits.hits, row.control_hits.hits
        sure = (row.hits.low or 0.0) > (1.0 if row.control_hits.high is None else row.control_hits.high)
        verb = "also fool" if sure else "may fool" if moved > control else "do not fool"
        more = (
            f"random changes of the same size do so in {control}"
            if moved > control
            else f"of random changes of the same size {control} are"
        )
        more += ", and with so few that may be chance" if moved > control and not sure else ""
        more += ", and so few pairs say little" if moved <= control and (row.hits.high or 1.0) > FEW else ""
        misled = f"; {row.misled.hits} make it see some other wrong class" if row.misled.hits else ""
        pairs = f"{row.tries} whose original it sees as the first net does"
        told.append(f"The pictures {verb} {net}: {moved} of {pairs} are taken for the target; {more}{misled}.")
    return (" ".join(told) if told else "No other net was asked.",)


def maps(record: Record[FeatureFacts]) -> tuple[str, ...]:
    """Return whether the published weight and what the channel did agree on the images, map by map."""
    facts = record.facts
    # A map whose weight is nowhere above 0 has no image that it asks for: its ranking is an order of ties, and left out.
    blank = [one for one in facts.maps if not one.rules["published"][0].value]
    asked = [one for one in facts.maps if one not in blank]
    agree = [
        _named(one)
        for one in asked
        if {p.image for p in one.rules["published"]} & {p.image for p in one.rules["contribution"]}
    ]
    silent = [_named(one) for one in facts.maps if one.rules["activation"][0].value <= 0]
    told: list[str] = []
    if asked:
        some = f" ({listed(agree)})" if 0 < len(agree) < len(asked) else ""
        many = f"{len(agree) or 'none'} of {counted(len(asked), 'feature map')}{some}"
        alone = (
            "" if len(agree) == len(asked) else "; by itself the weight does not tell how strongly the channel answers"
        )
        told.append(f"In {many} an image of largest weight is also one to whose score the channel adds most{alone}.")
    if blank:
        told.append(
            f"{listed([_named(one) for one in blank])} {'has' if len(blank) == 1 else 'have'} a weight above 0 in no image, so "
            f"none shows what {'it asks' if len(blank) == 1 else 'they ask'} for."
        )
    if silent:
        told.append(
            f"{listed(silent)} {'answers' if len(silent) == 1 else 'answer'} to none of the {facts.images} images."
        )
    return (" ".join(told),)


def _named(one: FeatureMap) -> str:
    return f"{one.tap} {one.channel}"


def places(record: Record[LocaliseFacts]) -> tuple[str, ...]:
    """Return how well the class responses point at objects in scenes larger than the training images."""
    scenes = record.facts.scenes
    sizes = listed([f"{h} x {w}" for h, w in record.facts.maps])
    if scenes is None or scenes.pointing.share is None:
        first = record.facts.strongest
        mean = fmean(one.probability for one in first) if first else 0.0
        return (
            f"The map of responses has {sizes} cells; the strongest cell has a probability of {number(mean, 2)} "
            f"on average.",
        )
    low = scenes.pointing.low if scenes.pointing.low is not None else 0.0
    beats = low > scenes.chance
    verdict = (
        "more often than by chance: trained on small images, the net localises in large ones"
        if beats
        else "no more often than by chance: here the net does not localise"
    )
    return (
        f"In {counted(scenes.scenes, 'scene')} of {counted(scenes.objects, 'object')} the strongest of {sizes} "
        f"cells lies on its object"
        f" in {100 * scenes.pointing.share:.0f} % of cases (chance {100 * scenes.chance:.0f} %), {verdict}.",
    )


def overfits(trial: Overfit) -> tuple[str, ...]:
    """Return whether one batch was learned by heart, and otherwise what stood in the way."""
    done = trial.attempt
    if done.reached:
        return (
            f"Yes: after {counted(done.updates, 'update')} all {done.images} images of the batch are classified right"
            f" (training accuracy 100 %, loss {number(done.loss, 2)}), so the net has the capacity.",
        )
    why = f" {' '.join(trial.reasons)}" if trial.reasons else ""
    return (
        f"No: after {counted(done.updates, 'update')} {done.right} of {done.images} images are classified right.{why}",
    )
