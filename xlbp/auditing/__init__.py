"""Finds the mistake in a workbook that someone else made: its formulas, differentiated and compared with its claims.

Knows: how spreadsheets write formulas, what tables of a training look like, the slips that people make.
Must never know: how our own books are computed or laid out; it imports neither reference nor model nor, of the
workbook's room, anything but the preflight that keeps a stranger's file from doing harm, and what saves a workbook.
"""
