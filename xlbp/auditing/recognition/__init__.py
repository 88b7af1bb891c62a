"""What trains, told by mathematics: cells that are an old value and something more, and what they follow downhill.

Knows: how formulas hang together, what they are worth, and the derivatives of what they meet in.
Must never know: the slips that people make; a heading is a hint to it, and never a proof.
"""
