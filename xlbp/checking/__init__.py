"""A person's own numbers beside the truth: the first departure in the order of computation, and what explains it.

``reading`` takes numbers in, a file per way: CSV, JSON, .npz, Python's own.  ``vocabulary`` knows how a quantity may be
called, ``families`` joins the elements of an array, ``second_bias`` adds the two that PyTorch has.  ``fitting`` knows
which of the numbers is which, ``alignment`` which row is which iteration, and ``precision`` how exact they are.
``comparison`` lays them beside the truth, ``departure`` tells of the first that departs which factor of its formula is
off, and ``mistaken`` which mistake explains the most.

Knows: templates, the layout, what a training must show, the list of misconceptions.  Must never know: the command line,
how a book is written.
"""
