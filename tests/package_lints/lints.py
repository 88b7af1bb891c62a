"""Every lint, by its name: a new one is added here and is then run over every book."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.package_lints import lint_cells, lint_charts, lint_entries, lint_formats, lint_parts, lint_sheets
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
}
