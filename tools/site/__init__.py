"""The project's site: a static folder, made by ``make site``.

Each template has a page in each language, with what is made of it: a live page, a workbook, an exercise, notes for the
teacher, pictures.  These modules make that and write the pages as Markdown; Sphinx turns them, docs/ and the
docstrings into HTML, with a search in each language.  Nothing here is part of the package: it calls xlbp as a reader of
docs/ would, and needs an environment of its own.
"""
