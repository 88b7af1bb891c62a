"""The lints of the parts can fail."""

from __future__ import annotations

import pytest

from tests.package_lints import lint_parts
from tests.package_lints.package import Package

DRAWING = "xl/drawings/drawing1.xml"


def test_a_sound_book_has_no_faults(mazur: Package) -> None:
    """The book says what it is, with usual prefixes and names."""
    lints = (lint_parts.says_what_it_is, lint_parts.has_the_usual_prefixes, lint_parts.has_the_usual_names)
    assert [fault for lint in lints for fault in lint(mazur)] == []


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (lint_parts.CORE, "<dc:creator>xlbp", "<dc:creator>openpyxl"),
        (lint_parts.CORE, "<cp:lastModifiedBy>xlbp", "<cp:lastModifiedBy>"),
        (lint_parts.CORE, "dc:title>", "dc:subject>"),
        (lint_parts.CORE, "<dc:language>en", "<dc:language>"),
        (lint_parts.APPLICATION, "xlbp", "Openpyxl"),
        (lint_parts.APPLICATION, "12.0000", "3.1"),
    ],
)
def test_a_property_that_is_missing_is_found(mazur: Package, part: str, old: str, new: str) -> None:
    """Each property is looked at, and the library's name is found wherever it stands."""
    assert next(lint_parts.says_what_it_is(mazur.replaced(part, old, new))).startswith(part)


def test_other_prefixes_are_found(mazur: Package) -> None:
    """A drawing or a chart with a namespace of its own by default, wholly or in part, is a fault."""
    for old, new in (("xdr:wsDr", "wsDr"), ("xdr:from", "from"), ("<xdr:wsDr ", '<xdr:wsDr xmlns="a" ')):
        assert list(lint_parts.has_the_usual_prefixes(mazur.replaced(DRAWING, old, new)))


def test_other_names_are_found(mazur: Package) -> None:
    """Comments in a folder, a list of types that comes late, and an absolute target are faults."""
    parts = dict(mazur.parts)
    parts["xl/comments/comment1.xml"] = parts.pop("xl/comments1.xml")
    parts[lint_parts.TYPES] = parts.pop(lint_parts.TYPES)
    assert len(list(lint_parts.has_the_usual_names(Package("", parts)))) == 2
    relations = "xl/worksheets/_rels/sheet1.xml.rels"
    absolute = mazur.replaced(relations, 'Target="../', 'Target="/xl/')
    assert [fault.partition(":")[0] for fault in lint_parts.has_the_usual_names(absolute)] == [relations]
