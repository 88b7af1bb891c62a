"""How fast xlbp is, beside the programs and libraries that do a part of the same.  Run by ``make bench``.

``measure`` runs a thing in a process of its own and compares what it took; ``child`` is that process.  ``writers``,
``ours``, ``by_hand`` and ``engines`` are the things to be measured; ``sections`` says which of them, at which sizes;
``page`` and ``picture`` show the results.
"""
