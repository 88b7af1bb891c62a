"""What a sheet claims: which cells are parameters, which are said to be their gradients, and of what loss.

Knows: how people head their columns and blocks, in English and Chinese, and what they may say by options.
Must never know: whether a claim is true; no derivative is taken here.
"""
