"""A person's table of data: from the bytes of a file to rows of texts, and from these to numbers.

Knows: code pages, CSV and its dialects, sheets of other programs.  Must never know: templates, networks, what a column
is for, click.
"""
