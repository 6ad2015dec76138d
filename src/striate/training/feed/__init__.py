"""What the loop is fed: the images of a recipe, normalized, in batches, augmented."""
