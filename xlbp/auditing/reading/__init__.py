"""A stranger's file as mathematics: cells, formulas as trees, trees as expressions, and expressions as text again.

Knows: the workbook's parts, the grammar and the functions of a spreadsheet, references relative and held by ``$``.
Must never know: what any cell is worth, or what its numbers are for.
"""
