"""Drawings and charts with the prefixes that Excel writes: ``xdr:``, ``c:``, ``a:`` and ``r:``.

openpyxl makes one of the namespaces the default.  To a reader of XML that is the same, but programs such as exceljs,
on which many web previews are built, know the parts of a drawing by their prefixes only.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring

CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
PREFIXES = {
    "xdr": "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
    "c": CHART,
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
DRAWN = re.compile(r"xl/(drawings/drawing|charts/chart)[0-9]+\.xml")

for prefix, namespace in PREFIXES.items():
    ElementTree.register_namespace(prefix, namespace)


def with_usual_prefixes(xml: bytes) -> bytes:
    """A drawing or a chart as Excel would write it; of a chart it is also said whether it has a title.

    Without a title, and without a word that it shall have none, Excel puts the name of a single line there.
    """
    root = fromstring(xml)
    for chart in root.findall(f"{{{CHART}}}chart"):
        if chart.find(f"{{{CHART}}}autoTitleDeleted") is None:
            title = chart.find(f"{{{CHART}}}title")
            said = ElementTree.Element(f"{{{CHART}}}autoTitleDeleted", val="0" if title is not None else "1")
            chart.insert(0 if title is None else 1, said)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
