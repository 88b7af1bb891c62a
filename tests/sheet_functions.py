"""The one list of the functions that a book may call, and which ones a formula calls."""

from __future__ import annotations

import re

# In Excel, LibreOffice, Gnumeric, WPS, Google Sheets and the engines alike, and none of them volatile; ISFORMULA, with
# the prefix _xlfn., is in Excel since 2013
WORK_EVERYWHERE = (
    "SUM SUMPRODUCT SUMSQ AVERAGE MIN MAX ABS SIGN SQRT EXP LN LOG10 TANH ATANH SIN COS PI MOD INT ROUND PRODUCT "
    "IF AND OR NOT IFERROR ISNUMBER ISBLANK N NA COUNT COUNTA COUNTIF INDEX MATCH CHOOSE ROW COLUMN ADDRESS VLOOKUP "
    "TEXT FIXED REPT SUBSTITUTE HYPERLINK MEDIAN STDEV RANK MMULT ISFORMULA LEN MID EXACT"
)
ALLOWED = frozenset(WORK_EVERYWHERE.split())
# Recalculated whenever anything changes, so that a large book is slow to type into
VOLATILE = frozenset({"OFFSET", "INDIRECT", "NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "CELL", "INFO"})


def functions_in(formula: str) -> set[str]:
    """The functions that a formula calls; what stands in quotation marks is no call."""
    return set(re.findall(r"([A-Z][A-Z0-9.]*)\(", re.sub(r'"[^"]*"', '""', formula)))
