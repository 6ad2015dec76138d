"""A net as a file for other programs: the formats, the graph that takes photographs, and how the exporters are followed.

What a reader of such a file finds in it is in `striate.app.inputs`.
"""
