"""A learning platform's own export, filled with points so that it can be imported, and feedback named as it wants it.

Knows: the forms of Moodle's and Canvas's exports.  Must never know: the exercise, what a cell is worth, nor change
anything in an export but the one column.
"""
