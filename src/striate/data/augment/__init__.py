"""Augmentations of whole batches as arrays, uint8 (N, H, W, C), one kind a file.

A kind goes in as a function of a batch and of the generator from which it draws. Which of them a recipe switches on, and in
which order, is said in `striate.training.feed.augmentation`.
"""
