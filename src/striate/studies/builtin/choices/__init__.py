"""Values that are chosen on the validation images, from a grid or by a sampler."""
