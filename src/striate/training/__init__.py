"""How a net learns: a recipe goes in, a run folder comes out.

What happens between the two goes in: what is fed, how weights move, what is saved and resumed, and the one score at the end.
Runs are compared in `striate.studies`, and what a net is belongs in `striate.nets`.
"""

from striate.training.recipe.recipe import Recipe

__all__ = ["Recipe"]
