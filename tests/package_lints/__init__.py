"""What the package of every book must and must not hold, read from its XML: what Excel and other programs go by.

Each lint is a file ``lint_*.py`` here with functions that take a :class:`tests.package_lints.package.Package` and
yield the faults they find, each as a line of text.  ``lints.py`` lists them; ``test_lints.py`` runs them over books,
and each lint's own test file proves that it can fail.
"""
