"""Python's way in: every verb of xlbp as a function, with the command's own words as keywords.

A verb turns what a person in Python has (a dict, a path, a single name) into what the pipeline takes, and hands back
what the pipeline returns.  It is to Python what ``cli`` is to the command line.

Knows: the pipeline, the classroom, the starter, and what they return.  Must never know: the command line, or how
anything is computed.
"""
