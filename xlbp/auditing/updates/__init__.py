"""The step from row to row: whether each parameter is moved by its own gradient, by the learning rate, as in the paper.

Knows: update rules, read in roles so that columns can be compared, and optimizers with their usual departures.
Must never know: how a gradient came about; it is taken as it stands.
"""
