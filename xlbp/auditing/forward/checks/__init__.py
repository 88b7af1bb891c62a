"""What headings and forms claim, a file for each: a softmax sums to 1, a norm divides by n, a gate is a sigmoid.

Knows: trees of formulas, and the headings near a cell.
Must never know: the laws of lines, which find a cell that differs from its neighbours; here all may be wrong alike.
"""
