"""What the loop is fed: the images of a recipe, normalized, in batches, augmented.

What turns a data set and named random streams into batches goes in. The treatments themselves, array in and array out, are in
`striate.data.augment`.
"""
