"""What a classifier's probabilities come to: where it is wrong, and what it says where no label tells."""
