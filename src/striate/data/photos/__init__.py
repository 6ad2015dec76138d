"""Photographs as files: found, decoded at the size that is needed, put into one array.

What depends on image files, or on a folder of them, goes in. Files that hold arrays of pixels already are read in
`striate.data.readers`, and the arrays made here are kept in `striate.data.cache`.
"""
