"""A block that xlbp does not know: a file for what it is, and one for each side of its mathematics."""
