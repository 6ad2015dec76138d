"""Short trials before or after a training: can it learn one batch, which rates are worth trying, how far from the optimum.

A trial goes in when it asks one recipe a question that the curves of its run leave open. Arms that are compared with seeds
are a study, and lie in `striate.studies`.
"""
