"""Every lint, by its name: a new one is added here and is then run over every book."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.package_lints import lint_contrast, lint_layout
from tests.package_lints.package import Package

LINTS: dict[str, Callable[[Package], Iterable[str]]] = {
    "Normal is Arial": lint_layout.normal_font_is_arial,
    "texts fit their rows": lint_layout.texts_fit_their_rows,
    "texts are not cut": lint_layout.texts_are_not_cut,
    "words are whole": lint_layout.words_are_not_broken,
    "numbers fit": lint_layout.numbers_fit_their_columns,
    "charts apart": lint_layout.charts_lie_apart,
    "charts cover nothing": lint_layout.charts_cover_no_cells,
    "print areas": lint_layout.what_is_shown_prints,
    "legible print": lint_layout.print_can_be_read,
    "cells' contrast": lint_contrast.cells_can_be_read,
    "conditions' contrast": lint_contrast.conditions_keep_cells_readable,
    "charts' contrast": lint_contrast.charts_can_be_read,
}
