"""Every formula of a package, wherever it stands, and the parts of a formula that lints ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from tests.package_lints.package import MAIN, Package

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
LITERAL = re.compile(r'"((?:[^"]|"")*)"')
CALL = re.compile(r"([A-Z][A-Z0-9.]*)\(")


@dataclass(frozen=True)
class Found:
    """A formula without '=', and where it stands."""

    where: str
    text: str


@lru_cache(maxsize=1)  # every lint asks for those of the same book
def formulas_of(package: Package) -> tuple[Found, ...]:
    """Of cells, conditional formats, validations, charts and defined names."""
    return tuple(_formulas_of(package))


def _formulas_of(package: Package) -> Iterator[Found]:
    for title, part in package.sheets.items():
        root = package.root(part)
        for cell in root.iter(f"{MAIN}c"):
            formula = cell.find(f"{MAIN}f")
            if formula is not None and formula.text:
                yield Found(f"{title}!{cell.attrib['r']}", formula.text)
        for kind in ("formula", "formula1", "formula2"):
            for rule in root.iter(f"{MAIN}{kind}"):
                yield Found(f"{title}, a conditional format or validation", (rule.text or "").removeprefix("="))
    for part in package.matching(r"xl/charts/chart\d+\.xml"):
        yield from (Found(part, each.text or "") for each in package.root(part).iter(f"{CHART}f"))
    for name in package.root("xl/workbook.xml").iter(f"{MAIN}definedName"):
        yield Found(f"the name {name.attrib['name']}", name.text or "")


def calls_of(formula: str, functions: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """The calls of some functions in a formula, inner ones too: name and arguments as they are written."""
    wanted = set(functions)
    if not any(f"{name}(" in formula for name in wanted):
        return
    quoted = [match.span() for match in LITERAL.finditer(formula)]
    for match in CALL.finditer(formula):
        inside = any(start < match.start() < end for start, end in quoted)
        if match[1] in wanted and not inside:
            yield match[1], _arguments(formula[match.end() :])


def _arguments(text: str) -> list[str]:
    """The arguments from behind a call's bracket to the one that closes it."""
    found, depth, in_quotes = [""], 0, False
    for letter in text:
        if letter == '"':
            in_quotes = not in_quotes
        elif not in_quotes:
            depth += (letter == "(") - (letter == ")")
            if depth < 0:
                break
            if letter == "," and depth == 0:
                found.append("")
                continue
        found[-1] += letter
    return found
