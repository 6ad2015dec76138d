"""Augmentations of whole batches as arrays, uint8 (N, H, W, C), one kind a file.

Each draws from the generator that it is given; a recipe switches them on (`striate.training.feed.augmentation`).
"""
