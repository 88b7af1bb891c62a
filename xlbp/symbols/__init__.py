"""Symbols only: expressions, their derivatives, and a row of named columns.

Knows: arithmetic.  Must never know: networks, templates, cells, NumPy.  Standard library only.
"""
