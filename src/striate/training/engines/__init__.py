"""What computes under the one loop: PyTorch or the layers by hand, set up from a recipe, evaluated in pieces."""
