"""No conditional format and no validation looks at another sheet.

Excel 2007 refuses them, later ones write them as an extension themselves, Google Sheets refuses them; a helper cell
on the same sheet does what is wanted.  A defined name that stands for a cell of another sheet is the same in disguise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.package_lints.package import MAIN, Package

QUOTED = re.compile(r'"(?:[^"]|"")*"')
OTHER_SHEET = re.compile(r"(?:'(?:[^']|'')+'|[\w.]+)!")
NAME = re.compile(r"(?<![\w.$'!])[A-Za-z_][\w.]*(?![\w.(!])")


def conditional_formats_on_their_own_sheet(package: Package) -> Iterator[str]:
    """No formula of a conditional format refers to a cell of another sheet."""
    for title, part in package.sheets.items():
        for formatting in package.root(part).iter(f"{MAIN}conditionalFormatting"):
            texts = [node.text or "" for node in formatting.iter(f"{MAIN}formula")]
            texts += [node.attrib.get("val", "") for node in formatting.iter(f"{MAIN}cfvo")]
            for text in texts:
                for place in _elsewhere(package, title, text):
                    yield f"{title}!{formatting.attrib['sqref']}: {text} looks at {place}"


def validations_on_their_own_sheet(package: Package) -> Iterator[str]:
    """No formula of a validation refers to a cell of another sheet."""
    for title, part in package.sheets.items():
        for validation in package.root(part).iter(f"{MAIN}dataValidation"):
            for number in (1, 2):
                text = validation.findtext(f"{MAIN}formula{number}") or ""
                for place in _elsewhere(package, title, text):
                    yield f"{title}!{validation.attrib['sqref']}: {text} looks at {place}"


def _elsewhere(package: Package, title: str, formula: str) -> Iterator[str]:
    """The references to other sheets in a formula that stands on this one, its texts aside."""
    plain = QUOTED.sub("", formula)
    names = {
        node.attrib["name"]: node.text or "" for node in package.root("xl/workbook.xml").iter(f"{MAIN}definedName")
    }
    for text in (plain, *(names[word] for word in NAME.findall(plain) if word in names)):
        for sheet in OTHER_SHEET.findall(text):
            if sheet[:-1].strip("'").replace("''", "'") != title:
                yield text
