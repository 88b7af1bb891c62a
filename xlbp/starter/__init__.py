"""Writes a first template: of a person's own CSV file, or of a small network to edit.

Knows: template (what a template may say), model (to count the columns of a row), the words, and how a file is put in
place.  Must never know: the reference, engines, click.
"""
