"""Step by step through one unit of a network that is too large to be shown at once.

The reader chooses a layer and a unit; the sheet shows what comes in, z, what the activation makes of it, what comes
back, delta, and the gradient and the update of each of the unit's parameters.
"""
