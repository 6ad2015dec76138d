"""Images that a list or a container names, row by row: one reader a form.

A form goes in when its rows lead to encoded images with a label each, which all readers hand on as `rows` says. Files of
pixels that are decoded already belong in `striate.data.readers.array_files`.
"""
