"""Break it: damages to plant on purpose, each with the lights that notice it and the way to mend it."""

from __future__ import annotations

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.lesson.damages import ROW, Damage, damages
from xlbp.workbook.page.facts import Facts
from xlbp.workbook.page.page import Page
from xlbp.workbook.sheets.prose import MARK, TEXT, Prose, put_title_of_text

FIRST = 3  # row
CHECK_VERDICT, PROOF_FAILED = "C5", "C5"


def can_be_broken(contents: Contents) -> bool:
    """Whether the formulas are watched, and there are rows enough for one to look at the wrong one."""
    return contents.layout.watched and contents.layout.iterations > 1


def break_page(contents: Contents, facts: Facts) -> Page:
    """The sheet: it is read, nothing on it is live."""
    page = Page(contents.texts("sheet.break_it"))
    put_title_of_text(page, contents, "break_it")
    prose = _Breaking(page, contents)
    for number, damage in enumerate(damages(contents, facts), start=1):
        prose.damage(number, damage)
    return page


class _Breaking(Prose):
    """Writes one damage after the other."""

    def __init__(self, page: Page, contents: Contents) -> None:
        super().__init__(page)
        self.contents, self.texts, self.row = contents, contents.texts, FIRST

    def damage(self, number: int, damage: Damage) -> None:
        """What to do, what to ask oneself, who notices, how it is mended."""
        texts, training = self.texts, self.contents.title
        words = {
            "cell": f"{training}!{damage.cell}",
            "symbol": damage.symbol,
            "typed": damage.typed,
            "formula": damage.formula,
            "t": damage.iteration,
            "objective": self.contents.symbol(self.contents.objective),
            "front": self.contents.front,
            "check": texts("sheet.check"),
            "proof": texts("sheet.proof"),
        }
        self.section(texts("break_it.heading", number=number, title=texts(f"break_it.{damage.kind}")))
        self.way(f"{self.contents.training}!{damage.cell}", texts("break_it.do", **words))
        self.way(f"{quoted(self.contents.front)}!A1", texts("break_it.line", **words))
        checked = "check_fails" if damage.fails_check else f"check_passes_{damage.kind}"
        self.way(f"{quoted(texts('sheet.check'))}!{CHECK_VERDICT}", texts(f"break_it.{checked}", **words))
        total = "total_fails" if damage.fails_total else "total_blind"
        self.way(f"{quoted(texts('sheet.proof'))}!{PROOF_FAILED}", texts(f"break_it.{total}", **words))
        self.item("", texts("break_it.mend_row" if damage.kind == ROW else "break_it.mend", **words))

    def way(self, place: str, text: str) -> None:
        """A line that leads to a place."""
        self.page.way(self.row, MARK, "→", place, "numbered")
        self.page.text(self.row, TEXT, text, "paragraph")
        self.row += 1
