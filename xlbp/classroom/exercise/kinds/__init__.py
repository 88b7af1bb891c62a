"""The kinds of task that a book may set: cells to fill in, formulas to complete, and questions with answers of a sheet.

A kind is one record of :mod:`.kind`; what it asks of one student is a task.  Knows: how a book is laid out, and what
the teaching sheets know of a template.  Must never know an engine, nor how hand-ins are marked.
"""
