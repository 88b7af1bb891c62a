"""Lays a real recalculation of a book beside the reference, joined by name, and says what it found.

(Not called ``verify``, for that is the function of the public API.)

Knows: plain names, numbers and texts.  Must never know symbols, model, or how either side got there.
"""
