"""A book's parts, opened once for all lints."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


@dataclass(frozen=True, eq=False)
class Package:
    """The parts of an .xlsx package by their names."""

    name: str
    parts: dict[str, bytes]

    @classmethod
    def read(cls, book: Path) -> Package:
        """Open a book."""
        with zipfile.ZipFile(book) as archive:
            return cls(book.name, {entry: archive.read(entry) for entry in archive.namelist()})

    def replaced(self, part: str, old: str, new: str) -> Package:
        """A copy with a text of one part replaced, to prove that a lint can fail.  Raises ValueError without it."""
        text = self.text(part)
        if old not in text:
            raise ValueError(f"{part} does not hold {old}")
        return Package(self.name, {**self.parts, part: text.replace(old, new).encode()})

    def text(self, part: str) -> str:
        """A part as text."""
        return self.parts[part].decode("utf-8")

    def root(self, part: str) -> Element:
        """A part's root element, parsed once for all lints."""
        if part not in self._roots:
            self._roots[part] = ElementTree.fromstring(self.parts[part])
        return self._roots[part]

    @cached_property
    def _roots(self) -> dict[str, Element]:
        return {}

    def matching(self, pattern: str) -> list[str]:
        """The names of the parts that match a regular expression, in order."""
        return sorted(part for part in self.parts if re.fullmatch(pattern, part))

    @cached_property
    def sheets(self) -> dict[str, str]:
        """The part of each sheet, by its title, in the order of the book."""
        targets = self.relations("xl/workbook.xml")
        sheets = self.root("xl/workbook.xml").iter(f"{MAIN}sheet")
        return {sheet.attrib["name"]: targets[sheet.attrib[f"{RELATION}id"]] for sheet in sheets}

    @cached_property
    def shared_strings(self) -> list[str]:
        """The texts that cells refer to by their numbers."""
        if "xl/sharedStrings.xml" not in self.parts:
            return []
        items = self.root("xl/sharedStrings.xml").iter(f"{MAIN}si")
        return ["".join(text.text or "" for text in item.iter(f"{MAIN}t")) for item in items]

    def relations(self, part: str) -> dict[str, str]:
        """The parts that a part refers to, by the relationship's id."""
        path = PurePosixPath(part)
        relations = str(path.parent / "_rels" / f"{path.name}.rels")
        if relations not in self.parts:
            return {}
        return {
            relation.attrib["Id"]: _resolved(path.parent, relation.attrib["Target"])
            for relation in self.root(relations)
        }


def _resolved(folder: PurePosixPath, target: str) -> str:
    """A relationship's target as the name of a part: absolute, or relative to the folder of the part that has it."""
    if target.startswith("/"):
        return target[1:]
    steps: list[str] = []
    for step in (folder / target).parts:
        if step == "..":
            steps.pop()
        else:
            steps.append(step)
    return "/".join(steps)
