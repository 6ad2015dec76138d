"""Nets and runs on test images: one with weights on any data, or the best of several runs."""
