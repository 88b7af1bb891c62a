"""Pictures of plain numbers for a notebook, as SVG and HTML: curves, a network, a function of two inputs, a table.

They are lines, circles and squares, so that a few lines of text draw them; a plotting library would take longer to
load than a book takes to make, and a notebook that has one draws the arrays of a trace with it.

Knows: labels and numbers.  Must never know: anything else of xlbp.
"""
