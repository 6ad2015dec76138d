"""The commands that train one net: `striate train`, `striate resume`, and the short trials that `train` can do instead.

They share a folder because they share the options of a recipe, and another that trains one net may go in. Many runs are a
study, which is `striate.app.commands.study`; the trials themselves are in `striate.training.trials`.
"""
