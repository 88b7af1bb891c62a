"""ONNX's operators, and the functions of the domain xlbp, as layers of a draft: ``table`` has them by name.

A reader is told where it reads (``place.Place``) and the inputs of the node: values of the draft as ONNX shows them,
and arrays.  Knows: drafts.  Must never know: ONNX's files, which ``onnx_reading`` opens.
"""
