"""The sheet *Step by step*: of a small network all quantities, of a large one those of one unit at a time."""
