"""The parts of the package: their properties, prefixes and names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.package_lints.package import Package
from xlbp.lang.languages import LANGUAGES

CORE, APPLICATION, TYPES = "docProps/core.xml", "docProps/app.xml", "[Content_Types].xml"
DUBLIN = "{http://purl.org/dc/elements/1.1/}"
CORE_NAMESPACE = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
EXTENDED = "{http://schemas.openxmlformats.org/officeDocument/2006/extended-properties}"
PREFIXED = {r"xl/drawings/drawing\d+\.xml": "xdr:wsDr", r"xl/charts/chart\d+\.xml": "c:chartSpace"}


def says_what_it_is(package: Package) -> Iterator[str]:
    """The book has a title, an author, a language; the library that wrote it is not named."""
    core, application = package.root(CORE), package.root(APPLICATION)
    for tag in (f"{DUBLIN}creator", f"{CORE_NAMESPACE}lastModifiedBy"):
        if core.findtext(tag) != "xlbp":
            yield f"{CORE}: {tag} is not xlbp"
    if not core.findtext(f"{DUBLIN}title"):
        yield f"{CORE}: no title"
    if core.findtext(f"{DUBLIN}language") not in LANGUAGES:
        yield f"{CORE}: no language"
    if "xlbp" not in (application.findtext(f"{EXTENDED}Application") or ""):
        yield f"{APPLICATION}: does not name the program"
    if not re.fullmatch(r"\d\d\.\d{4}", application.findtext(f"{EXTENDED}AppVersion") or ""):
        yield f"{APPLICATION}: the version has not the form XX.YYYY"
    for part in package.matching("docProps/.*"):
        if "openpyxl" in package.text(part).lower():
            yield f"{part}: names openpyxl"


def has_the_usual_prefixes(package: Package) -> Iterator[str]:
    """Drawings and charts are written with the prefixes of Excel, by which exceljs knows their parts."""
    for pattern, root in PREFIXED.items():
        for part in package.matching(pattern):
            found = re.search(r"<([\w:]+)[ >]", package.text(part).partition("?>")[2] or package.text(part))
            if found is None or found[1] != root or re.search(r"<[a-z]\w*[ >/]|xmlns=", package.text(part)):
                yield f"{part}: has not the prefixes of {root}"


def has_the_usual_names(package: Package) -> Iterator[str]:
    """The list of types comes first, and comments stand where exceljs looks for them, named from their sheet."""
    if next(iter(package.parts)) != TYPES:
        yield f"{TYPES} is not the first part"
    for part in package.matching(r"xl/(.*/)?comments?\w*\d+\.xml"):
        if not re.fullmatch(r"xl/comments\d+\.xml", part):
            yield f"{part}: is not named as Excel names comments"
    for part in package.matching(r"xl/worksheets/_rels/.*"):
        if 'Target="/' in package.text(part):
            yield f"{part}: a target is absolute, at which IronCalc stumbles"
