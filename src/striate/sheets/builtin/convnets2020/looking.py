"""Questions 3 and 4: saliency, fooling images, and localisation."""

from __future__ import annotations

from striate.sheets.answers import looks
from striate.sheets.parts import Look, Says, Text
from striate.sheets.sheet import Question

QUESTIONS = (
    Question(
        "3.1",
        "Show saliency maps of given images, and of your own.",
        (
            Text(
                "The map is the derivative of the score with respect to each pixel. Pictures of your own, files or "
                "addresses, stand first where the option image of striate sheet names them."
            ),
            Look("saliency", "saliency", "simple", ("DATA:0-5",), most=4, own=True),
        ),
    ),
    Question(
        "3.2",
        "Change an image by gradient ascent on the score until the net sees another class, for several "
        "classes; does it fool "
        "another trained net too?",
        (
            Look(
                "fooling",
                "fool",
                "simple",
                ("DATA:0-1",),
                {"targets": ("2", "3", "5"), "also": ("shallow", "pooled")},
                most=4,
            ),
            Says(looks.fooled, ("fooling",)),
            Says(looks.transferred, ("fooling",)),
        ),
    ),
    Question(
        "4",
        "Apply a net that was trained at low resolution to larger pictures, and plot the response of the "
        "class on the last "
        "feature map before the average pooling.",
        (
            Text(
                "The larger pictures are scenes: test images set at random places on an empty ground four "
                "times as wide, so "
                "that it is known where each object lies."
            ),
            Look("places", "localise", "pooled", (), {"count": 40}, most=4),
            Says(looks.places, ("places",)),
        ),
    ),
)
