"""The front doors: the command line, the served page, and the functions of Python that they share.

What parses words, opens what they name, serves it or prints it goes in: only here do texts of a person become values.
Whatever trains, measures, judges or draws belongs in the package that knows the subject, and is only called from here.
"""
