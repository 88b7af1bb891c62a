"""Live pages: a template, or a book with its own numbers, as one HTML file that trains as one types.

:func:`xlbp.livepage.make.page_text` is the way in: a training's contents to the text of a page.  ``dialect`` prints
expressions as JavaScript, ``folding`` finds loops in a row, ``code`` and ``machine`` make a row's functions of it;
``contents`` collects what the page shows; ``html`` puts it all into one file; ``assets`` are the parts that all pages
have.  ``checked`` opens a page in a browser and lays its numbers beside NumPy's.

Knows: symbols, what the book's sheets show, and the training that tells which predictions make sense.  Must never know
files, commands, spreadsheets' formulas, or put a number of NumPy's into a page: its script computes every one.
"""
