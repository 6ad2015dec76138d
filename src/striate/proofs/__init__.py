"""Why it is so: mathematical statements with their derivations, each checked symbolically, numerically or both.

What holds of every net and every data set goes in. What depends on training is a question for `striate.studies`, and how a
proof looks is decided in `striate.reports.proof`.
"""
