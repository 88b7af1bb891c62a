"""Marking: hand-ins against the teacher's own exercise, cell by cell, with the mistake named.

Knows: exercises, the reference, symbols to try mistakes on, and an engine to recalculate with.  Must never know
the command line, nor believe what a handed-in file says of itself: which exercise it is, whose, or what is right.
"""
