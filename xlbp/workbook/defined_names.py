"""Names for the panel's cells, such as every spreadsheet program takes."""

from __future__ import annotations

import re

LONGEST_NAME = 200  # Excel allows 255
OWN_NAMES = {  # in small letters: of the teaching sheets' choices, and what spreadsheets keep for themselves
    *("show_t", "show_s", "show_l", "show_u", "check_h", "land_x", "land_y", "land_r", "ceiling"),
    *("print_area", "print_titles", "criteria", "extract", "database", "consolidate_area", "sheet_title"),
    *("_filterdatabase", "filterdatabase", "auto_open", "auto_close", "recorder", "data_form"),
}


def defined_name(name: str, taken: set[str]) -> str:
    """An ASCII defined name: ``x[1]@2`` is x_1_2, ``b1`` is b_1; never one that reads as a cell."""
    plain = (
        re.sub(r"\W+", "_", re.sub(r"^b(\d)", r"b_\1", name), flags=re.ASCII).strip("_")[:LONGEST_NAME] or "constant"
    )
    if re.fullmatch(r"[A-Za-z]{1,3}\d+|[Rr]\d*([Cc]\d*)?|[Cc]\d*|\d.*|TRUE|FALSE", plain, re.IGNORECASE):
        plain = f"{plain}_" if not plain[0].isdigit() else f"_{plain}"
    while plain.lower() in taken or plain.lower() in OWN_NAMES:  # no union: it would copy all names for each
        plain += "_"
    taken.add(plain.lower())
    return plain
