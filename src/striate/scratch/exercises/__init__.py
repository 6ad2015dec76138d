"""Exercises: the layers, losses, rules, models and derivations as a learner writes them, and how they are graded.

They lie in `striate.scratch` because the right answers are its layers, and because what runs beside a learner's code needs
NumPy alone. What runs, compares or judges a learner's file goes in; an exercise itself goes into `tasks`.
"""
