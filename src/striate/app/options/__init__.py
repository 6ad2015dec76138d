"""The options of the command line, each stated once: name, type, default and help; commands name the groups they take.

An option that two commands have belongs here. What one command alone takes stands in its signature.
"""
