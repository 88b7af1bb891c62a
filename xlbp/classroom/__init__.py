"""For teachers: exercises for a class, and the marking of what comes back.

``make`` makes exercises, ``mark`` marks hand-ins; ``exercise/`` is the student's book, ``marking/`` the judgement.

Knows: books of ours and what they must show.  Must never know: the command line.
"""
