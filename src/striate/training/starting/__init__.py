"""What training starts from: the weights of a file, a run or a published net, and what an exported file says by itself.

What is settled of a start before the first update goes in. How tensors get into a net belongs in `striate.nets.weights`, and
which layers stay frozen in `striate.training.engines.freezing`.
"""
