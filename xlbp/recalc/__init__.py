"""Real spreadsheet engines: a book's path in, its cells' recalculated values out.

Knows: errors, processes, files.  Must never know what the cells mean (template, symbols, reference).
"""
