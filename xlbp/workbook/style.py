"""Colours, fonts and number formats: the same meaning has the same look on every sheet.

The palette is Okabe and Ito's (2008), safe for the colour-blind; forward is warm, backward cool.
Colour never stands alone: each band says in words what it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

INK, GREY, RULE = "222222", "595959", "BFBFBF"
# "_)" leaves the width of a bracket at the right: LibreOffice forgets an indent in some columns
NUMBER, INTEGER, AS_TYPED = "0.0000_)", "0_)", "General_)"
TINY_OR_HUGE = "0.00E+00_)"

FONTS = {"en": "Arial", "zh-CN": "Microsoft YaHei", "zh-TW": "Microsoft JhengHei"}


@dataclass(frozen=True)
class Band:
    """Heading colour, the ink on it, and the tint of what stands below."""

    fill: str
    ink: str
    tint: str


PHASES: dict[str, Band] = {
    "iteration": Band("595959", "FFFFFF", "EFEFEF"),
    "batch": Band("CC79A7", INK, "F7E8F0"),
    "parameters": Band("333333", "FFFFFF", "EFEFEF"),
    "forward": Band("E69F00", INK, "FDF3DC"),
    "loss": Band("D55E00", "FFFFFF", "FBE6D8"),
    "backward": Band("56B4E9", INK, "E3F2FC"),
    "gradients": Band("0072B2", "FFFFFF", "DCEBF5"),
    "update": Band("009E73", "FFFFFF", "DDF2EB"),
}
INPUT = Band("F0E442", INK, "FFF7B2")


def fill(colour: str) -> PatternFill:
    """A plain fill."""
    return PatternFill("solid", fgColor=colour)


def font(language: str, size: float = 10, bold: bool = False, colour: str = INK, italic: bool = False) -> Font:
    """The font of a language."""
    return Font(name=FONTS[language], size=size, bold=bold, color=colour, italic=italic)


THIN = Border(**{side: Side("thin", color=RULE) for side in ("left", "right", "top", "bottom")})
LEFT_EDGE = Border(left=Side("medium", color=GREY))
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center")
WRAPPED = Alignment(horizontal="left", vertical="top", wrap_text=True)
RIGHT = Alignment(horizontal="right", vertical="center")


def readable_numbers(first_cell: str) -> FormulaRule:
    """Four decimals show nothing of 0.00001 and too much of 1,000,000: scientific there."""
    condition = f"AND(ISNUMBER({first_cell}),{first_cell}<>0,OR(ABS({first_cell})<0.0001,ABS({first_cell})>=1000000))"
    rule = FormulaRule(formula=[condition])
    rule.dxf = DifferentialStyle(numFmt=NumberFormat(numFmtId=200, formatCode=TINY_OR_HUGE))
    return rule
