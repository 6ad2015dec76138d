"""What training starts from: the weights of a file, a run or a published net, what is frozen, and what exported files say."""
