"""What a training becomes by a mistake, and which mistake it is that a person's numbers tell of.

Knows: the row as symbols, what its quantities are for, and the one list of mistakes.  Must never know classes and
hand-ins, files or books: numbers come in by the names of the template, and mistakes go out.
"""
