"""How a net is trained: optimizers, rates, schedules, augmentation, engines.

A question goes in when it asks what a way of training does, whatever the net. What the net is made of is varied in `parts`
beside this folder, and a size of it is chosen in `choices`.
"""
