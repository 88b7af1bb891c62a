"""Every lint, by its name: a new one is added here and is then run over every book."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.package_lints import (
    lint_cells,
    lint_charts,
    lint_conditional,
    lint_contrast,
    lint_digits,
    lint_entries,
    lint_formats,
    lint_formulas,
    lint_layout,
    lint_names,
    lint_operands,
    lint_parts,
    lint_sheets,
)
from tests.package_lints.package import Package

LINTS: dict[str, Callable[[Package], Iterable[str]]] = {
    "grounds of conditional formats": lint_formats.grounds_are_background_colours,
    "defaults of charts": lint_charts.says_what_programs_differ_in,
    "values of charts": lint_charts.tells_its_values,
    "alternative texts": lint_charts.is_said_in_words,
    "shared texts": lint_cells.texts_are_shared,
    "links as formulas": lint_cells.links_of_one_place_are_no_formulas,
    "places of links": lint_cells.links_lead_somewhere,
    "protection of charts": lint_sheets.charts_are_protected_with_their_cells,
    "depth of groups": lint_sheets.depth_of_groups_is_said,
    "formulas of validations": lint_sheets.rules_of_entries_have_no_equals_sign,
    "properties": lint_parts.says_what_it_is,
    "prefixes": lint_parts.has_the_usual_prefixes,
    "names of parts": lint_parts.has_the_usual_names,
    "refused entries": lint_entries.no_entry_is_refused,
    "dialogs": lint_entries.a_dialog_fits,
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
    "conditional formats' references": lint_conditional.conditional_formats_on_their_own_sheet,
    "validations' references": lint_conditional.validations_on_their_own_sheet,
    "formats of TEXT": lint_formulas.text_formats_depend_on_no_locale,
    "volatile functions": lint_formulas.no_formula_is_volatile,
    "functions": lint_formulas.functions_are_everywhere,
    "criteria": lint_formulas.criteria_are_plain_words,
    "numbers as texts": lint_formulas.no_number_is_a_text,
    "raw numbers in texts": lint_formulas.texts_hold_no_raw_number,
    "defined names": lint_names.names_are_no_references,
    "numbers are read from numbers": lint_operands.numbers_are_read_from_numbers,
    "numbers keep within 15 digits": lint_digits.numbers_keep_within_15_digits,
}
