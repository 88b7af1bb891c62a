"""A forward pass held against what it says of itself: its blocks' own patterns, and what headings and forms claim.

Knows: how a formula is filled into its neighbours, and what a softmax, a norm, a gate or a score has to be.
Must never know: gradients, updates, and what our own books look like; where it is not sure it says nothing.
"""
