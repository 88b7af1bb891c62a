"""The sheet as a graph of cells: every value computed anew, and every derivative by reverse accumulation.

Knows: which cell refers to which, and the local derivative along each of these edges.
Must never know: headings, parameters, training; here a cell is a number and no more.
"""
