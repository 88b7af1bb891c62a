"""Student books: the training sheet with some cells left to the student, and a live mark beside each.

Knows: how a book is laid out and printed, and a template's own numbers.  Must never know the reference or an
engine, how hand-ins are marked, nor put a number of the training, or the formula of a blank, anywhere into a book.
"""
