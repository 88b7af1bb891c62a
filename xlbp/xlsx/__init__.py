"""The .xlsx file format: the package, its sheets' rows as XML, numbers as text, and what no stranger's file may do.

Knows: zip, XML, openpyxl.  Must never know: templates, mathematics, what a cell means.
"""
