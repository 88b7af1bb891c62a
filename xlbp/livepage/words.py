"""The words of the page: those that it shares with the book's sheets, and its own."""

from __future__ import annotations

from xlbp.workbook.layout.contents import Contents

OF_BOOKS = {  # what the page calls by itself, and the key that the book has for it
    "training": "sheet.training",
    "network": "sheet.network",
    "steps": "sheet.steps",
    "charts": "sheet.charts",
    "learned": "sheet.learned",
    "landscape": "sheet.landscape",
    "predict": "start.try",
    "colours": "start.colours",
    "iteration": "header.iteration",
    "sample": "header.sample",
    "own_run": "chart.own_run",
    "sum_of_paths": "network.sum_of_paths",
    "no_path": "steps.no_path",
    "now": "network.now",
    "next": "network.next",
    "change_of": "network.change",
    "error": "network.error",
}
OWN = "page."


def words(contents: Contents) -> dict[str, str]:
    """Every text that the page fills in by itself, as patterns with names in braces."""
    known = contents.texts.words
    own = {key.removeprefix(OWN): text for key, text in known.items() if key.startswith(OWN)}
    shared = {key: known[of] for key, of in OF_BOOKS.items()}
    return {**own, **shared}
