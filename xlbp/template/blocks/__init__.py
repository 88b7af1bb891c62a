"""What a network is made of: a file for each block, with its options, its shapes and the names of what it computes.

No mathematics is here: a block's forward pass stands in :mod:`xlbp.model.blocks` as symbols, and forward and backward
by hand in :mod:`xlbp.reference.blocks`.  All sides, and everything that shows a network, read its tensors from here.
"""
