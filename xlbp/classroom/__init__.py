"""For teachers: exercises for a class, and the marking of what comes back.

``make`` makes exercises, ``mark`` marks hand-ins, and both begin with what a teacher asks for (``order``) and the
students' numbers (``versions``); ``exercise/`` is the student's book, which an engine tries before it leaves
(``trial``), ``marking/`` the judgement.

Knows: books of ours and what they must show.  Must never know: the command line.
"""
