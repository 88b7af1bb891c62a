"""An audit shown: as tables for people, as JSON for programs, as colours and comments in a copy of the book.

Knows: findings, and the form of the JSON contract.
Must never know: how anything was found; it computes nothing but the largest error.
"""
