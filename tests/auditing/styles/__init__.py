"""Sheets in the styles of many hands, written by us: other layouts, headings, networks and ways of training.

Each style is right as it stands and says which slips can be made in it, where, and what these are called.
"""
