"""What a classifier's probabilities come to: where it is wrong, and what it says where no label tells.

A function of probabilities and labels goes in that knows neither net nor data set. Which net is shown which images is decided
in `striate.app.scoring`, and accuracy during training is measured by `striate.training.engines.evaluate`.
"""
