"""Models in and code out: a training as a script for NumPy, PyTorch or Keras, a network as ONNX, and the way back.

``source`` tells what is exported: a template, or a book with the numbers that a person typed into it; ``targets`` is
the table of what can be written.  A script stands alone: it never imports xlbp.

Knows: templates, the layout of their sheets, books that come back.  Must never know: the command line.  Frameworks are
imported by the one module that speaks of each, when it is called.
"""
