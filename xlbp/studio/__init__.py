"""A page on this machine's own address, for who opens no terminal: compose, make, verify, audit, check, set and mark.

``stories`` are what one can do, each a form and the command that it would be; ``jobs`` run that very command in a
process and a folder of its own; ``guard`` lets nobody else in; ``app`` is the web application, ``serve`` starts it.

Knows: the command line as a program, its words and its JSON; the words of a template.  Must never know: how anything is
computed, and no command but its own knows it.
"""
