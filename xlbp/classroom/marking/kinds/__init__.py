"""How each kind of task is judged, besides cells to fill in: predictions, a mistake that was found, formulas, rates.

Knows: the task as the teacher's record has it, the reference, and an engine.  Must never know the command line, nor
take a handed-in file's word for anything but the answers.
"""
