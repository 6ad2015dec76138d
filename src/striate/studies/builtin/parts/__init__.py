"""What a net is made of: norms, shortcuts, depth, activations, connections."""
