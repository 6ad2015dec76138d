"""What is to be written, a module for each topic: right values, the known mistakes, and the inputs that are tried.

An exercise goes in with the mistakes that learners make, so that each is told by its name. The form that a learner begins
with stands in `striate.scratch.exercises.forms`.
"""
