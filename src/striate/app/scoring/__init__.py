"""What a net answers on images, counted: its accuracy, its mistakes, its predictions, and the best of several runs.

What shows images to a net and says how good or how sure its answers are goes in; what looks inside the net is in
`striate.app.actions`. A run's test images are touched once, which `striate.training.train.test` guards.
"""
