"""What is true: the exact gradient beside the claimed one, and what each cell of the backward pass should be.

Knows: the sheet's own forward pass, the roles of its cells, the chain rule along its edges.
Must never know: the slips that people make, or their names.
"""
