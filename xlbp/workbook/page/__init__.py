"""A sheet as data: what stands where, and what it is worth, before any file is written.

Must never know: which sheets there are.
"""
