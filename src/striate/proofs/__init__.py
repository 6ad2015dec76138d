"""Why it is so: mathematical statements with their derivations, each checked symbolically, numerically or both."""
