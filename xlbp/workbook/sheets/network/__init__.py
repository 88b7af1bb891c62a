"""The sheets *Network* and *Matrices*: the picture with live numbers, and the row in matrices."""
