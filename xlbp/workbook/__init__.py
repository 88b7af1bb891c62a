"""HOW it is shown: formulas, cells, colours, sheets, a file.

Knows: symbols, template, lang, xlsx, openpyxl.  Must never know the reference, except as plain numbers that are
handed in to be shown as cached values.
"""
