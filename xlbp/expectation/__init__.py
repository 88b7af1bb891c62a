"""What a book of ours must show: trained by the reference, laid out by the workbook, joined by name.

The only room that sees both entries of the mathematics.  ``contents`` compiles a template, ``training`` says what the
sheet of a training must show and ``book`` what a whole book must, of one training or of several; ``inspection`` reads a
book that comes back, and ``verdict`` lays it beside what engines make of it.

Knows: model, reference, workbook, verification.  Must never know: the command line, or how an engine computes.
"""
