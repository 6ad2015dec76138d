"""The commands that train: `striate train`, `striate resume`, and the short trials that `train` can do instead."""
