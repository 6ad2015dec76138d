"""The commands that only look: lists, things shown in detail, predictions, the cache, and the served page.

A command goes in when it trains nothing and tells what is there. One that looks inside a net has its place in
`striate.app.commands.probe`, and one that scores test images is `striate.app.commands.test`.
"""
