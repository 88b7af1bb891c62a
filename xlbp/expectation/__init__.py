"""What a book of ours must show: trained by the reference, laid out by the workbook, joined by name.

The only room that sees both entries of the mathematics.  ``contents`` compiles a template, ``training`` and
``comparison`` say what its book must show, ``inspection`` reads a book that comes back.

Knows: model, reference, workbook, verification.  Must never know: the command line, or how an engine computes.
"""
