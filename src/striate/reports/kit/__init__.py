"""What every page is made of: the skeleton, charts, tables, colours and formulas.

A piece goes in when the pages of several kinds need it, and it takes plain values: nothing here knows what is shown. What
only studies, runs or probes need lies in the room of that name beside this one.
"""
