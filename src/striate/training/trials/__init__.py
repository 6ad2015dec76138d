"""Short trials before or after a training: can it learn one batch, which rates are worth trying, how far from the optimum."""
