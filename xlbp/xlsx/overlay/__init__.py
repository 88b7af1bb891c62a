"""Colours, comments and one more sheet laid over somebody's workbook, part by part: all that is not touched stays.

Knows: the parts of a package and how they name each other.
Must never know: what the marks are about.
"""
