"""Nets of a person's own: their code trusted, loaded, tried out and kept beside the run.

What such code may do, and what is refused before it trains, is decided here and nowhere else. Nets that timm or torchvision
bring are in `striate.nets.published`.
"""
