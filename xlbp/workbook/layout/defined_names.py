"""Names for the panel's cells, such as every spreadsheet program takes, in whatever language it speaks."""

from __future__ import annotations

import re

LONGEST_NAME = 200  # Excel allows 255
OWN_NAMES = {  # in small letters: of the teaching sheets' choices, and what spreadsheets keep for themselves
    *(
        "show_t",
        "show_s",
        "show_l",
        "show_u",
        "show_w",
        "show_q",
        "show_k",
        "check_h",
        "land_x",
        "land_y",
        "land_r",
        "ceiling",
        "results_t",
        "try_t",
    ),
    *("print_area", "print_titles", "criteria", "extract", "database", "consolidate_area", "sheet_title"),
    *("_filterdatabase", "filterdatabase", "auto_open", "auto_close", "recorder", "data_form"),
}
# Excel names rows and columns in its own language where their style is R1C1: Z1S1 is R1C1 in German.  A row's letter
# alone is the whole row, a column's the whole column, both together the cell itself.
ROW_AND_COLUMN = {
    "RC": "English, Italian, Russian, Chinese, Japanese, Korean",
    "ZS": "German",
    "LC": "French, Portuguese",
    "FC": "Spanish, Catalan, Galician",
    "RK": "Danish, Dutch, Norwegian, Swedish",
    "RS": "Czech, Finnish, Slovak",
    "SO": "Hungarian",
    "SS": "Turkish",
    "WK": "Polish",
}
ROWS, COLUMNS = ("".join(sorted({pair[place] for pair in ROW_AND_COLUMN})) for place in (0, 1))
TRUTH_VALUES = (
    *("TRUE", "FALSE", "WAHR", "FALSCH", "VRAI", "FAUX", "VERDADERO", "FALSO", "VERO", "VERDADEIRO", "WAAR", "ONWAAR"),
    *("SAND", "FALSK", "SANN", "USANN", "SANT", "FALSKT", "TOSI", "PRAWDA", "PRAVDA", "NEPRAVDA", "IGAZ", "HAMIS"),
)
NUMBERED = re.compile(r"(?:try_|tangent)\d+")  # the cells of a new sample, and of the tangents on Activation
REFUSED = re.compile(rf"[{ROWS}]?[{COLUMNS}]?|{'|'.join(TRUTH_VALUES)}", re.IGNORECASE)


def is_own(name: str) -> bool:
    """Whether a name, in small letters, is one of the sheets' own, which no quantity gets."""
    return name in OWN_NAMES or NUMBERED.fullmatch(name) is not None


def defined_name(name: str, taken: set[str]) -> str:
    """An ASCII defined name: ``x[1]@2`` is x_1_2, ``b1`` is b_1; none that begins as a cell, a row or a column does."""
    plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")[:LONGEST_NAME] or "constant"
    plain = re.sub(r"^([A-Za-z]{1,3})(?=\d)", r"\1_", plain)  # Excel refuses C1_ and R1_ as it refuses C1
    if plain[0].isdigit():
        plain = f"_{plain}"
    if REFUSED.fullmatch(plain):
        plain += "_"
    while plain.lower() in taken or is_own(plain.lower()):  # no union: it would copy all names for each
        plain += "_"
    taken.add(plain.lower())
    return plain
