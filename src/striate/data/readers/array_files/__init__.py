"""Formats that hold arrays of decoded images, told by what lies at a path: one reader each, and what they share.

A reader goes in when its files have no name in the catalogue of data sets, and a row in `striate.data.forms` finds it. Data
sets with a name there, such as CIFAR-10, have their readers in `striate.data.readers`.
"""
