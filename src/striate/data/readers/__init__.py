"""From files that others wrote to arrays: one reader a format, each within bounds of memory and time.

A reader names the file, the record and the byte where it refuses; none runs code or unpacks to the disk. Encoded photographs
are read in `striate.data.photos`, and whatever no format decides lies in `striate.data`.
"""
