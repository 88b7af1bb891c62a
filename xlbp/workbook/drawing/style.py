"""Colours, fonts and number formats: the same meaning has the same look on every sheet.

The palette is Okabe and Ito's (2008), safe for the colour-blind; forward is warm, backward cool.  Where it carries text
a colour is darker than theirs, for every text has a contrast of at least 4.5 on its ground.  Colour never stands alone:
each band says in words what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from openpyxl.formatting.rule import ColorScaleRule, Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.lang.languages import LANGUAGES

INK, DARK, GREY, RULE, LINK = "222222", "333333", "595959", "BFBFBF", "0563C1"
BLACK, WHITE = "000000", "FFFFFF"
EQUAL_CONTRAST = 0.179  # the luminance of a ground on which black and white are read equally well


def signed(number: str) -> str:
    """A number format whose minus is the one of the formulas in mathematics, U+2212, not a hyphen."""
    return f'{number};"−"{number}'


# "_)" leaves the width of a bracket at the right: LibreOffice forgets an indent in some columns.  After an
# exponent it takes "_)" for a reason to drop a digit.  What is typed stays as typed, with its hyphen.
NUMBER, INTEGER, AS_TYPED = signed("0.0000_)"), "0_)", "General_)"
IN_PLACE = '"!";"!";"OK"'  # 0 or not
CENTRED, PRECISE = signed("0.0000"), signed("0.0000000000_)")
# Four significant digits, the points below each other: "_0" leaves the width of a digit that is not there.
SIGNIFICANT = signed("0.0000_0_0_0_)")
OF_SMALL = {5: signed("0.00000_0_0_)"), 6: signed("0.000000_0_)"), 7: signed("0.0000000_)")}  # by decimals
TINY_OR_HUGE = signed('0.00E+00" "')
FINELY_TINY = signed("0.000E+00")

NUMBERED = {code: number for number, code in enumerate((TINY_OR_HUGE, FINELY_TINY, *OF_SMALL.values()), start=200)}


def is_tiny_or_huge(number: float, number_format: str) -> bool:
    """Whether a condition shows a number of this format with a power of ten."""
    return number_format in (NUMBER, CENTRED, SIGNIFICANT) and bool(number) and not 1e-4 <= abs(number) < 1e6


def shape_in_format(number: float, number_format: str) -> int:
    """How long a number is in a format; 0 where the largest number is the longest."""
    if not number_format or "General" in number_format or is_tiny_or_huge(number, number_format):
        return len(in_format(number, number_format))
    return 0


def in_format(number: float, number_format: str) -> str:
    """A number as wide as its format shows it, below 0 or above; tiny and huge ones as a condition has them."""
    if not number_format or "General" in number_format:
        return f"−{abs(number):.10g})"
    if is_tiny_or_huge(number, number_format):
        number_format = TINY_OR_HUGE
    plain = number_format.partition(";")[0].partition("_)")[0].replace("_0", "0")  # as wide as a digit
    plain = plain.partition("_")[0]
    decimals = plain.partition("E")[0].partition(".")[2].count("0")
    return f"−{abs(number):.{decimals}{'E' if 'E' in plain else 'f'}})"


@dataclass(frozen=True)
class Band:
    """Heading colour, the ink on it, and the tint of what stands below."""

    fill: str
    ink: str
    tint: str


PHASES: dict[str, Band] = {
    "iteration": Band("595959", WHITE, "EFEFEF"),
    "batch": Band("CC79A7", INK, "F7E8F0"),
    "dropout": Band("CC79A7", INK, "F7E8F0"),
    "parameters": Band("333333", WHITE, "EFEFEF"),
    "running": Band("333333", WHITE, "EFEFEF"),
    "forward": Band("E69F00", INK, "FDF3DC"),
    "loss": Band("AD4500", WHITE, "FBE6D8"),
    "backward": Band("56B4E9", INK, "E3F2FC"),
    "gradients": Band("0072B2", WHITE, "DCEBF5"),
    "test": Band("6B6B6B", WHITE, "EFEFEF"),
    "optimizer": Band("44785F", WHITE, "E3EFE9"),
    "update": Band("007A5A", WHITE, "DDF2EB"),
}
INPUT = Band("F0E442", INK, "FFF7B2")
PICTURE = "E8A93B"  # the brightest of a picture that is typed: the ink of inputs is legible on it
NEGATIVE, POSITIVE = "F0A57E", "8CCBF0"  # grounds of numbers: black ink is legible on them


@dataclass(frozen=True)
class Group:
    """A class of samples: the tint of its part of a map, its ink, and its mark, in a chart and as text.

    The marks differ as the colours do, for colour never stands alone.
    """

    tint: str
    ink: str
    marker: str
    sign: str


GROUPS = (
    Group("B5D7EE", "0068A8", "circle", "●"),
    Group("FAD98F", "C24E00", "triangle", "▲"),
    Group("A6DCCB", "007A5A", "square", "■"),
    Group("ECC6DB", "A8437F", "diamond", "◆"),
    Group("F8F2A8", "7A6200", "triangle", "▲"),
    Group("D9D9D9", "595959", "circle", "●"),
)
NO_GROUP = Group("", "595959", "circle", "●")
WINNER = "B7E3CF"  # the ground of the largest number of a window
HIGHLIGHT, HIGHLIGHTED = "E69F00", "FFDE9E"  # a line and a ground that stand out
LOW, BETWEEN, HIGH = "56B4E9", "F7F7F7", "E69F00"  # of a map


@cache
def fill(colour: str) -> PatternFill:
    """A plain fill; that of a conditional format is :func:`change`'s."""
    return PatternFill("solid", fgColor=colour)


@cache
def font(language: str, size: float = 10, bold: bool = False, colour: str = INK, italic: bool = False) -> Font:
    """The font of a language."""
    return Font(name=LANGUAGES[language].font, size=size, bold=bold, color=colour, italic=italic)


THIN = Border(**{side: Side("thin", color=RULE) for side in ("left", "right", "top", "bottom")})
RULED = Border(bottom=Side("thin", color=GREY))
FRAME = Border(**{side: Side("thin", color=BLACK) for side in ("left", "right", "top", "bottom")})
LINE_ABOVE = Border(top=Side("thin", color=DARK))
HAIR = Border(left=Side("thin", color=RULE))
LEFT_EDGE = Border(left=Side("medium", color=GREY))
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
IN_ONE_LINE = Alignment(horizontal="center", vertical="center")
LEFT = Alignment(horizontal="left", vertical="center")
WRAPPED = Alignment(horizontal="left", vertical="top", wrap_text=True)
LEFT_WRAPPED = Alignment(horizontal="left", vertical="center", wrap_text=True)
RIGHT = Alignment(horizontal="right", vertical="center")
REPEATED = Alignment(horizontal="fill", vertical="center")


Change: TypeAlias = DifferentialStyle  # of a conditional format


def change(
    ground: str = "", ink: str = "", bold: bool = False, number_format: str = "", border: Border | None = None
) -> DifferentialStyle:
    """What a conditional format changes: ground, ink with weight, number format, border; all else stays the cell's.

    Excel takes the colour of a solid ground from ``bgColor`` here, where in a cell it is ``fgColor``; LibreOffice
    takes either.
    """
    return DifferentialStyle(
        fill=PatternFill("solid", bgColor=ground, fgColor=ground) if ground else None,
        font=Font(bold=bold, color=ink, italic=False) if ink else None,
        numFmt=NumberFormat(numFmtId=NUMBERED[number_format], formatCode=number_format) if number_format else None,
        border=border,
    )


def when(formula: str, changed: DifferentialStyle, last: bool = False) -> Rule:
    """The rule that changes a cell's look while a formula is true; ``last``, and none of the rules after it."""
    return Rule(type="expression", formula=[formula], dxf=changed, stopIfTrue=last or None)


def when_cell(operator: str, value: str, changed: DifferentialStyle) -> Rule:
    """The rule that changes a cell's look while its value is, for example, ``"equal"`` to ``'"PASS"'``."""
    return Rule(type="cellIs", operator=operator, formula=[value], dxf=changed)


def ink_on(ground: str) -> str:
    """Black or white, whichever is read more easily on a colour."""
    shares = [int(ground[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return BLACK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > EQUAL_CONTRAST else WHITE


def readable_numbers(first_cell: str, negative: str = "") -> Rule:
    """Four decimals show nothing of 0.00001 and too much of 1,000,000: scientific there.

    With a colour, the rule is for such numbers below 0: of several rules LibreOffice follows the first.
    """
    condition = f"AND(ISNUMBER({first_cell}),{first_cell}<>0,OR(ABS({first_cell})<0.0001,ABS({first_cell})>=1000000))"
    formula = f"AND({condition},{first_cell}<0)" if negative else condition
    return when(formula, change(ink=negative, number_format=TINY_OR_HUGE))


def significant_numbers(first_cell: str) -> list[Rule]:
    """The rules of :data:`SIGNIFICANT`: below 0.1 more decimals, unless four say all; tiny and huge ones scientific.

    As :func:`~xlbp.workbook.page.facts.readable` writes a number in a text.
    """
    size = f"ABS({first_cell})"
    more = f"ISNUMBER({first_cell}),ABS({size}*10000-ROUND({size}*10000,0))>=1E-7"
    rules = [readable_numbers(first_cell)]
    for decimals, number_format in OF_SMALL.items():
        below = 0.099995 / 10 ** (decimals - 5)
        condition = f"AND({more},{size}>=0.0001,{size}<{below:.10g})"
        rules.append(when(condition, change(number_format=number_format)))
    return [*rules[:1], *reversed(rules[1:])]


def colour_signs(sheet: Worksheet, area: str) -> None:
    """Negative numbers in vermilion, as the lines of a picture are; tiny and huge ones scientific."""
    first, colour = area.split(":", maxsplit=1)[0], PHASES["loss"].fill
    below = when_cell("lessThan", "0", change(ink=colour))
    for rule in (readable_numbers(first, colour), readable_numbers(first), below):
        sheet.conditional_formatting.add(area, rule)


def by_size(area: str) -> ColorScaleRule:
    """Sign and size of an area's numbers: vermilion below 0, blue above, white at 0.

    Both ends are as far from 0 as the area's largest, so that equal strength is equal size.
    """
    largest = _farthest_from_0(area)
    return ColorScaleRule("formula", f"-{largest}", NEGATIVE, "num", 0, "FFFFFF", "formula", largest, POSITIVE)


def by_brightness() -> ColorScaleRule:
    """A picture in cells that a person fills in: from the ground of such cells to a darker one."""
    return ColorScaleRule(start_type="min", start_color=INPUT.tint, end_type="max", end_color=PICTURE)


def _farthest_from_0(area: str) -> str:
    """The size of the area's number that is farthest from 0."""
    return f"MAX(MAX({area}),-MIN({area}))"


SHADES = (  # from which share of the largest on, below 0 and above it
    (0.75, "EF9A70", "86C8EE"),
    (0.5, "F4B597", "A9D8F3"),
    (0.25, "F9D2C0", "CBE7F8"),
    (0.05, "FDEBE2", "E8F4FC"),
)


def shades(first: str, area: str) -> list[Rule]:
    """The same as :func:`by_size` in steps: a colour scale would hide the ground of any other rule."""
    largest = _farthest_from_0(area)
    signed_shades = [(f"-{first}", below, share) for share, below, _ in SHADES]
    signed_shades += [(first, above, share) for share, _, above in SHADES]
    grounds = ((f"{cell}>{share}*{largest}", change(ground=ground)) for cell, ground, share in signed_shades)
    return [when(formula, look, last=True) for formula, look in grounds]


@dataclass(frozen=True)
class Look:
    """How a cell of a teaching sheet looks."""

    size: float = 10
    bold: bool = False
    colour: str = INK
    fill: str = ""
    alignment: Alignment = LEFT
    number_format: str = ""
    boxed: bool = False
    ruled: bool = False  # a line below, to write upon
    italic: bool = False


LOOKS: dict[str, Look] = {
    "text": Look(),
    "paragraph": Look(11, alignment=WRAPPED),
    "title": Look(16, bold=True),
    "numbered": Look(11, colour=LINK, alignment=WRAPPED),
    "term": Look(11, bold=True, alignment=WRAPPED),
    "answer": Look(10, alignment=WRAPPED),
    "start title": Look(18, bold=True, alignment=WRAPPED),
    "badge": Look(11, bold=True, alignment=LEFT_WRAPPED),
    "inputs": Look(11, fill=INPUT.fill),
    "heading": Look(12, bold=True, colour=PHASES["gradients"].fill),
    "muted": Look(9, colour=GREY),
    "kept": Look(9, bold=True, fill="D9D9D9"),
    "wrong": Look(9, bold=True, colour=PHASES["loss"].fill),
    "ruled": Look(ruled=True),
    "note": Look(10, colour=GREY, alignment=WRAPPED),
    "label": Look(10, bold=True, alignment=RIGHT),
    "column": Look(10, bold=True, fill="E7E6E6", alignment=CENTRE),
    "symbol": Look(10, bold=True),
    "formula": Look(10, alignment=LEFT_WRAPPED),
    "number": Look(10, alignment=RIGHT, number_format=NUMBER),
    "significant": Look(10, alignment=RIGHT, number_format=SIGNIFICANT),
    "as typed": Look(10, alignment=RIGHT, number_format="General_0_0_0_)"),  # ends where four decimals do
    "reason": Look(10, colour=GREY, alignment=Alignment(horizontal="left", vertical="center", wrap_text=True)),
    "count": Look(11, alignment=CENTRE, number_format="0", boxed=True),
    "share": Look(10, alignment=CENTRE, number_format="0.0%"),
    "large number": Look(10, alignment=RIGHT, number_format=signed("0.00_)")),
    "small": Look(9, colour=GREY, alignment=RIGHT, number_format=NUMBER),
    "axis": Look(9, bold=True, fill="E7E6E6", alignment=RIGHT, number_format=NUMBER),
    "difference": Look(10, alignment=RIGHT, number_format=TINY_OR_HUGE),
    "integer": Look(10, alignment=RIGHT, number_format=INTEGER),
    "result": Look(10, bold=True, alignment=CENTRE),
    "in place": Look(10, bold=True, alignment=CENTRE, number_format=IN_PLACE),
    "link": Look(10, colour=LINK, alignment=CENTRE),
    "way": Look(9, colour=LINK),
    "input": Look(10, bold=True, colour="0033AA", fill=INPUT.tint, alignment=RIGHT, number_format=AS_TYPED, boxed=True),
    "word": Look(11, bold=True, colour="0033AA", fill=INPUT.tint, alignment=CENTRE, number_format="@", boxed=True),
    "filled": Look(
        10, italic=True, colour="0033AA", fill=INPUT.tint, alignment=RIGHT, number_format=NUMBER, boxed=True
    ),
    "run": Look(11, bold=True, alignment=CENTRE),
    "setting": Look(10, alignment=CENTRE),
    "given number": Look(10, alignment=RIGHT, number_format="General"),
    "edge": Look(9, alignment=RIGHT, number_format=NUMBER),
    "edge gradient": Look(9, colour="005A8C", alignment=RIGHT, number_format=NUMBER),
    "choice": Look(12, bold=True, colour="0033AA", fill=INPUT.tint, alignment=CENTRE, boxed=True),
    "small heading": Look(9, colour=GREY, alignment=RIGHT),
    "dashes": Look(9, colour=GREY, alignment=REPEATED),
    "passing": Look(9, colour=GREY, alignment=IN_ONE_LINE),
    "line name": Look(9, colour=GREY, alignment=Alignment(horizontal="center", vertical="top")),
    "precise": Look(10, alignment=RIGHT, number_format=PRECISE),
    "node": Look(11, bold=True, fill=PHASES["forward"].tint, alignment=CENTRE, boxed=True),
    "node whole": Look(10, fill=PHASES["forward"].tint, alignment=CENTRE, number_format=INTEGER, boxed=True),
    "node value": Look(10, fill=PHASES["forward"].tint, alignment=CENTRE, number_format=CENTRED, boxed=True),
    "node large": Look(10, fill=PHASES["forward"].tint, alignment=CENTRE, number_format=signed("0.00"), boxed=True),
    "node delta": Look(10, fill=PHASES["backward"].tint, alignment=CENTRE, number_format=CENTRED, boxed=True),
    "target": Look(11, bold=True, fill=INPUT.tint, alignment=CENTRE, boxed=True),
    "target value": Look(10, fill=INPUT.tint, alignment=CENTRE, number_format=CENTRED, boxed=True),
    "loss node": Look(11, bold=True, fill=PHASES["loss"].tint, alignment=CENTRE, boxed=True),
    "loss value": Look(10, fill=PHASES["loss"].tint, alignment=CENTRE, number_format=CENTRED, boxed=True),
    "finely": Look(10, alignment=RIGHT, number_format=signed("0.0000000_)")),
    "whole finely": Look(10, bold=True, alignment=RIGHT, number_format=signed("0.0000000_)")),
    "map value": Look(10, alignment=CENTRE, number_format=CENTRED, boxed=True),
    "box": Look(10, fill=PHASES["forward"].tint, alignment=CENTRE, boxed=True),
    "gates": Look(9, colour=GREY, fill=PHASES["forward"].tint, alignment=CENTRE, boxed=True),
    "arrow head": Look(9, colour=PHASES["gradients"].fill, alignment=LEFT),
    "absent": Look(10, fill="D9D9D9"),
    "arrow": Look(11, bold=True, colour=GREY, alignment=IN_ONE_LINE),
    "map": Look(7, colour=DARK, alignment=CENTRE, number_format=signed("0.0")),
    "map class": Look(7, colour=DARK, alignment=CENTRE, number_format="0"),
    "map plain": Look(7, colour=DARK, alignment=CENTRE, number_format=";;;"),
    "map foot": Look(9, alignment=CENTRE, number_format=signed("0.00")),
    "map side": Look(9, alignment=RIGHT, number_format=signed("0.00")),
    "map low": Look(fill=LOW, alignment=RIGHT, number_format=NUMBER),
    "map middle": Look(fill=BETWEEN),
    "map high": Look(fill=HIGH, alignment=RIGHT, number_format=NUMBER),
    "no group": Look(12, colour=NO_GROUP.ink, alignment=CENTRE),
    "group": Look(12, colour=BLACK, alignment=CENTRE),
    **{f"group {k}": Look(12, colour=group.ink, alignment=CENTRE) for k, group in enumerate(GROUPS)},
    **{f"class {k}": Look(fill=group.tint) for k, group in enumerate(GROUPS)},
    **{phase: Look(11, bold=True, colour=band.ink, fill=band.fill) for phase, band in PHASES.items()},
}
