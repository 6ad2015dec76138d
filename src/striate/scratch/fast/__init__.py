"""How the layers are made fast: im2col, Winograd, blocks that fit the cache, threads.

Each is held to the plain formula by tests.
"""
