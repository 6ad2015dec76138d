"""What a net is made of: norms, shortcuts, depth, activations, connections.

A question goes in when it asks what a part of a net does, or which of two kinds of nets is better. How the same net is
trained best is asked in `training` beside this folder.
"""
