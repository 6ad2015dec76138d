"""How a net is trained: optimizers, rates, schedules, augmentation, engines."""
