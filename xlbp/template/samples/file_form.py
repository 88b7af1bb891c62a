"""The keys of [data] that say how its file is read, and what is done where a cell of it is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlbp.datafile.form import COUNTS, NO_HEADER, QUOTES, SEPARATORS, Form
from xlbp.datafile.missing import is_missing
from xlbp.datafile.numbers import ALIKE, DECIMALS, NumberForm
from xlbp.template.nearest import nearest
from xlbp.template.table import Table

DROP, MEAN, CATEGORY = "drop", "mean", "category"
POLICIES = (DROP, MEAN, CATEGORY)
LEVEL_MISSING = "missing"  # what the level of a category is called whose cell is missing


def read_form(table: Table) -> Form:
    """How the file is read; without any of the keys as a plain CSV file in UTF-8."""
    header = table.get("header", 0)
    if type(header) is not int and header not in (NO_HEADER, COUNTS):
        table.fail("header", f'header must be the number of a line, "{NO_HEADER}" or "{COUNTS}", not {header!r}')
    numbers = NumberForm(
        table.text("decimal", ".", choices=DECIMALS),
        table.text("thousands", "", choices=("", *ALIKE)),
        table.texts("units", ()),
    )
    if numbers.decimal == numbers.thousands:
        table.fail("thousands", f"thousands and decimal are both {numbers.decimal!r}; give one of them another sign")
    return Form(
        encoding=table.text("encoding", ""),
        sheet=table.text("sheet", ""),
        separator=table.text("separator", "", choices=("", *SEPARATORS)),
        quote=table.text("quote", '"', choices=QUOTES),
        comment=table.text("comment", ""),
        header=header,
        numbers=numbers,
    )


@dataclass(frozen=True)
class Codes:
    """What the texts of a file stand for.

    ``numbers`` has for a column the number of each text, ``levels`` the texts of each category, which become as many
    features, 1 where a cell is of the level and 0 elsewhere.  ``policy`` says what becomes of a sample with a missing
    cell, '' refuses it; ``missing`` are the texts that mean nothing is known, None for the usual ones.
    """

    numbers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    policy: str = ""
    missing: tuple[str, ...] | None = None

    def is_missing(self, text: str) -> bool:
        """Whether nothing is known of a cell; an empty one is always missing, others where a policy is set."""
        if not text or not self.policy:
            return not text
        return is_missing(text) if self.missing is None else text in self.missing


def read_codes(table: Table, header: tuple[str, ...]) -> Codes:
    """What the template says of texts and of missing cells; it may name columns of ``header`` only."""
    policy = table.text("missing", "", choices=("", *POLICIES))
    missing = table.texts("missing_texts") if table.has("missing_texts") else None
    if missing is not None and not policy:
        table.fail("missing_texts", f'missing_texts goes with missing = "{DROP}", "{MEAN}" or "{CATEGORY}"')
    codes, levels = table.table("codes"), table.table("categories")
    for inner in (codes, levels):
        for name in inner.data:
            if name not in header:
                inner.fail(name, f"the file has no column {name!r}{nearest(name, header)}")
    for name in levels.data:
        if len(set(levels.texts(name))) < max(len(levels.texts(name)), 1):
            levels.fail(name, f"the categories of {name!r} must be different texts, at least one")
        if name in codes.data:
            levels.fail(name, f"the column {name!r} has codes and categories; give one of them")
    return Codes(
        {name: codes.numbers(name) for name in codes.data},
        {name: levels.texts(name) for name in levels.data},
        policy,
        missing,
    )
