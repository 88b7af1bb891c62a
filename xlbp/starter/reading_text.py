"""What was decided about a person's file: as lines for the terminal, and as keys of the template."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from xlbp.datafile.encodings import CALLED
from xlbp.datafile.form import COUNTS, NO_HEADER, SEPARATORS
from xlbp.datafile.numbers import PERCENT
from xlbp.lang import Texts
from xlbp.starter.quoting import enumerated, shortened, toml_list, toml_string
from xlbp.starter.reading import Reading


def read_as(reading: Reading, texts: Texts) -> str:
    """What was taken for what, in a line: ``semicolons, decimal commas, Windows-1252``."""
    return texts("new.read_and").join(_taken(reading, texts))


def _taken(reading: Reading, texts: Texts) -> Iterator[str]:
    form, numbers = reading.form, reading.form.numbers
    if form.sheet:
        yield texts("new.read_sheet", sheet=form.sheet)
    elif not form.separator:
        yield texts("new.read_records")
    else:
        yield texts(f"new.read_{SEPARATORS.get(form.separator, 'other')}", sign=form.separator)
    yield texts("new.read_decimal_comma" if numbers.decimal == "," else "new.read_decimal_point")
    if numbers.thousands:
        yield texts("new.read_thousands", sign=numbers.thousands)
    if signs := [unit for unit in numbers.units if unit != PERCENT]:
        yield texts("new.read_units", units=" ".join(signs))
    if PERCENT in numbers.units:
        yield texts("new.read_percent")
    if form.encoding:
        yield CALLED.get(form.encoding, form.encoding)
    if form.header:
        key = {NO_HEADER: "no_header", COUNTS: "counts"}.get(str(form.header), "header")
        yield texts(f"new.read_{key}", line=form.header)
    if reading.skipped:
        yield texts("new.read_skipped", count=reading.skipped)
    if reading.comments:
        yield texts("new.read_comments", count=reading.comments, sign=form.comment)


def _kept_by(lacking: set[str], inputs: set[str], texts: Texts) -> str:
    """How the rows that lack something in these columns can be kept: what is to be predicted is never made up."""
    if not lacking & inputs:
        return ""
    return texts("new.said_kept_by" if lacking <= inputs else "new.said_kept_by_in_part")


def said_of(reading: Reading, lines: int, inputs: Collection[str], texts: Texts) -> list[str]:
    """What the texts of columns stand for, and which rows are left out."""
    found = [texts("new.said_codes", column=name, codes=_codes(codes)) for name, codes in reading.codes.items()]
    if dropped := reading.dropped.lines:
        columns = ", ".join(f"{shortened(name)} ({count})" for name, count in reading.dropped.columns.items())
        numbers = enumerated([str(line) for line in dropped])
        said = texts("new.said_dropped", count=len(dropped), rows=lines, columns=columns, lines=numbers)
        found.append(said + _kept_by(set(reading.dropped.columns), set(inputs), texts))
    if reading.missing and reading.missing != "drop":
        found.append(texts(f"new.said_missing_{reading.missing}"))
    return found


def _codes(codes: Mapping[str, float]) -> str:
    return ", ".join(f"{shortened(text)} = {value:g}" for text, value in codes.items())


def noted_of(reading: Reading, texts: Texts) -> list[str]:
    """What a person should look at: a number that might be another, columns that say the same."""
    found = []
    if doubt := reading.doubt:
        values = {"taken": f"{doubt.taken:g}", "other": f"{doubt.other:g}", "decimal": doubt.decimal}
        found.append(texts("new.said_doubt", column=shortened(doubt.column), text=doubt.text, **values))
    if reading.only:
        found.append(texts("new.said_only", column=shortened(reading.only)))
    if reading.totals:
        found.append(texts("new.said_totals", lines=enumerated([str(line) for line in reading.totals])))
    if reading.single:
        found.append(texts("new.said_single", classes=enumerated(reading.single)))
    if reading.unknown_class:
        found.append(texts("new.said_unknown_class", count=reading.unknown_class))
    for one, other in reading.alike:
        found.append(texts("new.said_alike", one=shortened(one), other=shortened(other)))
    return found


def keys_of(reading: Reading) -> list[str]:
    """The lines of [data] that say how the file is read."""
    form, numbers = reading.form, reading.form.numbers
    keys = {
        "sheet": toml_string(form.sheet) if form.sheet else "",
        "encoding": toml_string(form.encoding) if form.encoding else "",
        "separator": toml_string(form.separator) if form.separator else "",
        "quote": toml_string(form.quote) if form.quote != '"' else "",
        "comment": toml_string(form.comment) if form.comment else "",
        "header": form.header if isinstance(form.header, int) else toml_string(form.header),
        "decimal": toml_string(numbers.decimal),
        "thousands": toml_string(numbers.thousands) if numbers.thousands else "",
        "units": toml_list(numbers.units) if numbers.units else "",
    }
    return [f"{key} = {value}" for key, value in keys.items() if value]


def code_keys(reading: Reading) -> list[str]:
    """The lines of [data] with the number of each text."""
    return [
        f"codes.{toml_string(name)} = {{ {', '.join(f'{toml_string(t)} = {v:g}' for t, v in codes.items())} }}"
        for name, codes in reading.codes.items()
    ]


def category_keys(reading: Reading) -> list[str]:
    """The lines of [data] with the levels of each category."""
    return [f"categories.{toml_string(name)} = {toml_list(levels)}" for name, levels in reading.levels.items()]
