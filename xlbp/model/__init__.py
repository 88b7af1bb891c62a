"""Training written as algebra on symbols: what a row does, for any template.

Knows: symbols and template.  Must never know: the reference that checks it, or how a row is shown.
"""
