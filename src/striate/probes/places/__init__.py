"""Where in a picture a class is: responses, boxes, and scenes in which the truth is known."""
