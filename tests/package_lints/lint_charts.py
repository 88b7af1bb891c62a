"""Charts: nothing left to a default that differs from program to program, their values beside them, said in words."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tests.package_lints.cell_values import Value, area_of, values_of
from tests.package_lints.package import Package

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
CHARTS, DRAWINGS = r"xl/charts/chart\d+\.xml", r"xl/drawings/drawing\d+\.xml"
LONGEST = 1_000  # cells of a reference, all of whose values stand beside it


def says_what_programs_differ_in(package: Package) -> Iterator[str]:
    """Folded cells are drawn, corners are square, a point has its line's colour, a legend lies beside the lines."""
    for part in package.matching(CHARTS):
        root = package.root(part)
        for path, wanted in (("plotVisOnly", "0"), ("varyColors", "0"), ("roundedCorners", "0")):
            if [found.get("val") for found in root.iter(f"{CHART}{path}")] != [wanted]:
                yield f"{part}: {path} is not {wanted}"
        titled = root.find(f"{CHART}chart/{CHART}title") is not None
        if [found.get("val") for found in root.iter(f"{CHART}autoTitleDeleted")] != ["0" if titled else "1"]:
            yield f"{part}: autoTitleDeleted does not say whether there is a title"
        for kind in ("legend", "title"):
            for element in root.iter(f"{CHART}{kind}"):
                overlay = element.find(f"{CHART}overlay")
                if overlay is None or overlay.get("val") != "0":
                    yield f"{part}: the {kind} lies over the lines"


def tells_its_values(package: Package) -> Iterator[str]:
    """Beside each reference stand the values of its cells: each number in its place, no errors."""
    for part in package.matching(CHARTS):
        for kind in ("num", "str"):
            for reference in package.root(part).iter(f"{CHART}{kind}Ref"):
                formula = reference.findtext(f"{CHART}f", "")
                sheet, places = area_of(package, formula)
                values = values_of(package, sheet)
                expected = _points([values.get(place) for place in places], kind)
                fault = _differs(reference.find(f"{CHART}{kind}Cache"), len(places), expected, kind)
                if fault:
                    yield f"{part}: {formula}: {fault}"


def _points(values: list[Value], kind: str) -> dict[int, Value]:
    """What is told of some cells: of a line's its numbers, of its name any text or number."""
    told = {place: value for place, value in enumerate(values) if value is not None}
    return {place: value for place, value in told.items() if kind == "str" or isinstance(value, float)}


def _differs(cache: Element | None, count: int, expected: dict[int, Value], kind: str) -> str:
    """What is wrong with the values beside a reference, '' if nothing is."""
    if cache is None:
        return "no values"
    counted = cache.find(f"{CHART}ptCount")
    if counted is None or counted.get("val") != str(count):
        return f"the count is not {count}"
    texts = {int(point.attrib["idx"]): point.findtext(f"{CHART}v", "") for point in cache.iter(f"{CHART}pt")}
    found: dict[int, Value] = {place: float(text) if kind == "num" else text for place, text in texts.items()}
    if count > LONGEST:
        thinned = {place: value for place, value in expected.items() if place in found}
        return "" if found == thinned and len(found) > LONGEST // 2 else "the values are not those of the cells"
    if kind == "str":
        expected = {place: v if isinstance(v, str) else f"{v:.15g}" for place, v in expected.items()}
    return "" if found == expected else "the values are not those of the cells"


def is_said_in_words(package: Package) -> Iterator[str]:
    """Each chart has an alternative text, a sentence of its own on its sheet."""
    for part in package.matching(DRAWINGS):
        for frame in package.root(part).iter(f"{DRAWING}graphicFrame"):
            properties = next(frame.iter(f"{DRAWING}cNvPr"))
            if len(properties.get("descr", "")) < 8:
                yield f"{part}: {properties.get('name')} has no alternative text"
