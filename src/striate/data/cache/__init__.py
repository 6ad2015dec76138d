"""Decoded images that are kept in the user cache, mapped into memory and shared by all processes.

What writes, finds, maps or clears kept arrays goes in, with the bound on the memory that they take. How an image becomes an
array is the matter of `striate.data.photos`, and files are downloaded by `striate.data.readers.download`.
"""
