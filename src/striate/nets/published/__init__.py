"""Nets and class names of other libraries: timm, torchvision and their hubs.

All that depends on one of them stays in this room, so that Striate runs without them. A person's own code, whatever library
it uses, is opened in `striate.nets.custom`.
"""
