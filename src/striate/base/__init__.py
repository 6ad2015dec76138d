"""What every package needs: errors, shapes, seeds, intervals and safe files. A closed list, kept by a law.

Nothing in it knows a net, a data set or a study; what only one package needs stays in that package.
"""
