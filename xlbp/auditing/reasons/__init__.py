"""Reasons that no single sheet's diagnosis knows: how a step begins, and what a cell's neighbours say.

Knows: a sheet's audit as it is done; it adds to its findings, or replaces them by what is proved to be the cause.
Must never know: how a finding is shown, and what departs from its neighbours: it is told.
"""
