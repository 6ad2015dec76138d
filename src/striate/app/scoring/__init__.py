"""Accuracies on test images: of one net, and of that run of several which validation chose.

A run's test images are touched once; what guards that is in `striate.training.train.test`.
"""
