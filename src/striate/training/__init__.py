"""How a net learns: a recipe goes in, a run folder comes out."""

from striate.training.recipe.recipe import Recipe

__all__ = ["Recipe"]
