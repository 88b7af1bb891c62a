"""The second entry: the same training by hand, in NumPy and float64.

Knows: template, NumPy.  Must NEVER know symbols, model or workbook: two derivations that share no
code and agree in every cell are the whole claim.

A number no cell can hold (overflow, 1/0, log of a negative) is NaN here and stays NaN in all that
follows from it, as an error does in a sheet.
"""
