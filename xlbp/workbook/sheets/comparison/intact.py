"""A comparison's line on its formulas: whether each run's are in place, and its losses NumPy's."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from xlbp.workbook.layout.runs import TABLE
from xlbp.workbook.layout.watch import report_of
from xlbp.workbook.page.live_text import how_many
from xlbp.workbook.sheets.comparison.standings import OTHER, SAME, SCRATCH, Standings

LOSSES, CODE, WHERE = SCRATCH + 6, SCRATCH + 10, SCRATCH + 11  # columns out of sight
DAMAGED, INTACT, UNKNOWN = "loss", "update", "iteration"  # phases, for their colours


def put_in_place(table: Standings) -> None:
    """Out of sight, for each run: the code of the first formula that is not in place, and where that is."""
    for index, contents in enumerate(table.comparison.contents):
        report, row = report_of(contents), TABLE + 1 + index
        if report is not None:
            table.page.live(row, CODE, report.out_of_place, 0.0, "small", run=index)
            where = report.where(f"{get_column_letter(CODE)}{row}")
            table.page.live(row, WHERE, where, "", "small", run=index)


def words(table: Standings) -> tuple[str, str]:
    """The first run with a formula out of place; or whether the losses are NumPy's for the template's own inputs."""
    texts = table.texts
    same, other = texts("comparison.same"), texts(f"comparison.{'own_inputs' if _all_watched(table) else 'changed'}")
    value = same if all(table.same) else other
    formula = f'IF({how_many(table.column(LOSSES), OTHER)}=0,"{same}","{other}")'
    codes = table.column(CODE)
    at = f"MATCH(MAX({codes}),{codes},0)"
    run = f'"{texts("comparison.before_number")}"&{at}&"{texts("comparison.after_number")}"'
    told = f'"{texts("badge.out_of_place")}"&{run}&INDEX({table.column(WHERE)},{at})&"{texts("badge.put_back")}"'
    return f"IF(MAX({codes})>0,{told},{formula})", value


def colours(table: Standings) -> list[tuple[str, str]]:
    """Tests and the phases whose colours the line has where they hold, the first that holds before all others."""
    same = f"{how_many(table.column(LOSSES), SAME)}={len(table.comparison.runs)}"
    otherwise = INTACT if _all_watched(table) else UNKNOWN
    return [(f"MAX({table.column(CODE)})>0", DAMAGED), (same, INTACT), ("TRUE", otherwise)]


def _all_watched(table: Standings) -> bool:
    return all(contents.layout.watched for contents in table.comparison.contents)
