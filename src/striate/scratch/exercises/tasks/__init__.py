"""What is to be written, a module for each topic: right values, the known mistakes, and the inputs that are tried.

The form that a learner begins with stands in `striate.scratch.exercises.forms`.
"""
