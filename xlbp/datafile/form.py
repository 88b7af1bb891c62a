"""How a file is read: what the keys of a template's [data] say of that, and ``xlbp new`` decides."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlbp.datafile.numbers import NumberForm

NO_HEADER, COUNTS = "none", "counts"
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "blanks"}
QUOTES = ('"', "'")


@dataclass(frozen=True)
class Form:
    """How a file is read.

    ``encoding`` is '' for UTF-8, or what a mark at the file's beginning says; ``sheet`` is that of a workbook.
    ``separator`` is '' for the one that cuts the header into most columns; a blank stands for any blanks and tabs.
    Lines that begin with ``comment`` are none of the table.  ``header`` is the line with the names, 0 for the first
    one with anything in it, ``none``, or ``counts`` for one that counts rows and columns, as scikit-learn's.
    """

    encoding: str = ""
    sheet: str = ""
    separator: str = ""
    quote: str = '"'
    comment: str = ""
    header: int | str = 0
    numbers: NumberForm = field(default_factory=NumberForm)


PLAIN_FORM = Form()
