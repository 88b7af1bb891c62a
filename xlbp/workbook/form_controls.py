"""Buttons that step the number of a cell, in a package: openpyxl knows nothing of them.

They are the form controls that work without macros.  As Excel writes one it stands in four places: its settings in a
part of their own, its picture in the sheet's VML drawing, an invisible twin of that in the sheet's drawing, and in the
sheet itself the list of controls, which ties these together.  Older programs read the VML drawing alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count
from typing import NamedTuple

from xlbp.xlsx.escaping import escape
from xlbp.xlsx.in_memory import OFFICE, TYPES

MOST = 30_000  # the largest number of a form control
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
EXCEL_2010 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
DRAWN = "http://schemas.openxmlformats.org/drawingml/2006"
DRAWN_2010 = "http://schemas.microsoft.com/office/drawing/2010/main"
COMPATIBLE = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
VML = " ".join(
    f'xmlns:{prefix}="urn:schemas-microsoft-com:{name}"'
    for prefix, name in (("v", "vml"), ("o", "office:office"), ("x", "office:excel"))
)
HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHAPES_OF_A_SHEET = 1024  # that its VML drawing may number; the first is one more
RELATION = '<Relationship Type="{office}/{kind}" Target="../{part}" Id="{id}" />'
NO_RELATIONS = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
DRAWING = re.compile(rb'<drawing [^>]*r:id="([^"]+)"[^>]*/>')


class Control(NamedTuple):
    """Two arrows over a cell (row, column) that step the number of a target such as ``'Step by step'!$C$3``.

    ``says`` tells in words what they do.
    """

    row: int
    column: int
    target: str
    value: int
    first: int
    last: int
    says: str


def add_controls(parts: dict[str, bytes], by_sheet: Mapping[str, Sequence[Control]]) -> None:
    """Put the controls of some sheets, by the names of their parts, into a package."""
    numbered = 0
    for part, controls in by_sheet.items():
        if controls:
            _Sheet(parts, part).add(controls, numbered)
            numbered += len(controls)


class _Sheet:
    """The parts of one sheet of a package."""

    def __init__(self, parts: dict[str, bytes], part: str) -> None:
        self.parts, self.part = parts, part
        self.number = int(re.findall(r"[0-9]+", part)[-1])
        self.relations = part.replace("worksheets/", "worksheets/_rels/") + ".rels"
        self.first_shape = self.number * SHAPES_OF_A_SHEET + 1

    def add(self, controls: Sequence[Control], numbered: int) -> None:
        """Add controls, of which the package has so many already; the sheet has no VML drawing yet."""
        self.parts.setdefault(self.relations, NO_RELATIONS)
        entries = []
        for k, control in enumerate(controls):
            settings = f"ctrlProps/ctrlProp{numbered + k + 1}.xml"
            self.parts[f"xl/{settings}"] = f"{HEADER}{_settings(control)}".encode()
            self._type(settings, "application/vnd.ms-excel.controlproperties+xml")
            self._relate(f"control{k + 1}", "ctrlProp", settings)
            entries.append(_entry(control, self.first_shape + k, k + 1))
        self._add_twins(controls)
        vml = f"drawings/vmlDrawing{self.number}.vml"
        self.parts[f"xl/{vml}"] = self._vml(controls).encode()
        self._relate("shapes", "vmlDrawing", vml)
        listed = f"<controls>{''.join(entries)}</controls>"
        self._append(f'<legacyDrawing xmlns:r="{OFFICE}" r:id="shapes" />{_if_known(listed)}')

    def _add_twins(self, controls: Sequence[Control]) -> None:
        """The invisible shapes in the sheet's drawing, which it may have yet to get."""
        twins = "".join(_twin(control, self.first_shape + k, k + 1) for k, control in enumerate(controls))
        found = DRAWING.search(self.parts[self.part])
        if found:
            drawing = self._target(found[1])
            self.parts[drawing] = self.parts[drawing].replace(b"</xdr:wsDr>", f"{twins}</xdr:wsDr>".encode())
            return
        numbers = (n for n in count(1) if f"xl/drawings/drawing{n}.xml" not in self.parts)
        drawing = f"drawings/drawing{next(numbers)}.xml"
        names = f'xmlns:a="{DRAWN}/main" xmlns:xdr="{DRAWN}/spreadsheetDrawing"'
        self.parts[f"xl/{drawing}"] = f"{HEADER}<xdr:wsDr {names}>{twins}</xdr:wsDr>".encode()
        self._type(drawing, "application/vnd.openxmlformats-officedocument.drawing+xml")
        self._relate("drawing", "drawing", drawing)
        self._append(f'<drawing xmlns:r="{OFFICE}" r:id="drawing" />')

    def _target(self, relation: bytes) -> str:
        """The part to which a relation of the sheet leads."""
        for found in re.finditer(rb"<Relationship [^>]*>", self.parts[self.relations]):
            if b'Id="%s"' % relation in found[0]:
                return "xl/" + found[0].decode().partition('Target="../')[2].partition('"')[0]
        raise KeyError(relation)

    def _relate(self, relation: str, kind: str, part: str) -> None:
        added = RELATION.format(office=OFFICE, kind=kind, part=part, id=relation)
        self.parts[self.relations] = _before(self.parts[self.relations], "</Relationships>", added)

    def _type(self, part: str, kind: str) -> None:
        """Tell the package of what type a part is; and what a VML drawing is."""
        added = f'<Override PartName="/xl/{part}" ContentType="{kind}" />'
        if b'Extension="vml"' not in self.parts[TYPES]:
            vml = "application/vnd.openxmlformats-officedocument.vmlDrawing"
            added = f'<Default Extension="vml" ContentType="{vml}" />{added}'
        self.parts[TYPES] = _before(self.parts[TYPES], "</Types>", added)

    def _append(self, xml: str) -> None:
        self.parts[self.part] = _before(self.parts[self.part], "</worksheet>", xml)

    def _vml(self, controls: Sequence[Control]) -> str:
        """The sheet's VML drawing."""
        shapes = "".join(_shape(control, self.first_shape + k, k + 1) for k, control in enumerate(controls))
        return (
            f'<xml {VML}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{self.number}"/></o:shapelayout>'
            '<v:shapetype id="_x0000_t201" coordsize="21600,21600" o:spt="201" path="m,l,21600r21600,l21600,xe">'
            '<v:stroke joinstyle="miter"/>'
            '<v:path shadowok="f" o:extrusionok="f" strokeok="f" fillok="f" o:connecttype="rect"/>'
            f'<o:lock v:ext="edit" shapetype="t"/></v:shapetype>{shapes}</xml>'
        )


def _before(part: bytes, end: str, xml: str) -> bytes:
    """A part with something put in before its end."""
    head, mark, tail = part.rpartition(end.encode())
    return head + xml.encode() + mark + tail


def _quoted(text: str) -> str:
    """A text as an attribute has it."""
    return escape(text).replace('"', "&quot;")


def _settings(control: Control) -> str:
    """What a control steps, and how far."""
    return (
        f'<formControlPr xmlns="{EXCEL_2010}" objectType="Spin" dx="22" fmlaLink="{_quoted(control.target)}" inc="1" '
        f'max="{min(control.last, MOST)}" min="{control.first}" page="10" val="{min(control.value, MOST)}"/>'
    )


def _name(number: int) -> str:
    return f"Spinner {number}"


def _if_known(xml: str) -> str:
    """What programs before Excel 2010 pass over."""
    names = f'{COMPATIBLE} xmlns:x14="{EXCEL_2010}" xmlns="{MAIN}"'
    return f'<mc:AlternateContent {names}><mc:Choice Requires="x14">{xml}</mc:Choice></mc:AlternateContent>'


def _corners(control: Control, prefix: str) -> str:
    """The cell from its upper left corner to its lower right one."""
    ends = (("from", control.column - 1, control.row - 1), ("to", control.column, control.row))
    return "".join(
        f"<{prefix}{end}><xdr:col>{column}</xdr:col><xdr:colOff>0</xdr:colOff>"
        f"<xdr:row>{row}</xdr:row><xdr:rowOff>0</xdr:rowOff></{prefix}{end}>"
        for end, column, row in ends
    )


def _entry(control: Control, shape: int, number: int) -> str:
    """A control in the list of its sheet.  It is not printed, and it is no cell: protection leaves it free."""
    names = f'xmlns:r="{OFFICE}" xmlns:xdr="{DRAWN}/spreadsheetDrawing"'
    return _if_known(
        f'<control {names} shapeId="{shape}" r:id="control{number}" name="{_name(number)}">'
        f'<controlPr locked="0" defaultSize="0" print="0" autoPict="0" altText="{_quoted(control.says)}">'
        f'<anchor moveWithCells="1" sizeWithCells="1">{_corners(control, "")}</anchor></controlPr></control>'
    )


def _twin(control: Control, shape: int, number: int) -> str:
    """A control in the sheet's drawing, where nobody sees it."""
    names = f'xmlns:a14="{DRAWN_2010}"'
    return (
        f'<mc:AlternateContent {COMPATIBLE}><mc:Choice {names} Requires="a14"><xdr:twoCellAnchor>'
        f'{_corners(control, "xdr:")}<xdr:sp macro="" textlink=""><xdr:nvSpPr>'
        f'<xdr:cNvPr id="{shape}" name="{_name(number)}" descr="{_quoted(control.says)}" hidden="1"><a:extLst>'
        '<a:ext uri="{63B3BB69-23CF-44E3-9099-C40C66FF867C}">'
        f'<a14:compatExt spid="_x0000_s{shape}"/></a:ext></a:extLst></xdr:cNvPr><xdr:cNvSpPr/></xdr:nvSpPr>'
        '<xdr:spPr bwMode="auto"><a:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:sp>'
        '<xdr:clientData fLocksWithSheet="0" fPrintsWithSheet="0"/></xdr:twoCellAnchor></mc:Choice><mc:Fallback/>'
        "</mc:AlternateContent>"
    )


def _shape(control: Control, shape: int, number: int) -> str:
    """A control in the VML drawing."""
    anchor = f"{control.column - 1}, 0, {control.row - 1}, 0, {control.column}, 0, {control.row}, 0"
    return (
        f'<v:shape id="_x0000_s{shape}" type="#_x0000_t201" alt="{_quoted(control.says)}" '
        f"style='position:absolute;z-index:{number}' o:insetmode=\"auto\">"
        '<x:ClientData ObjectType="Spin"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{anchor}</x:Anchor><x:Locked>False</x:Locked><x:PrintObject>False</x:PrintObject>"
        f"<x:FmlaLink>{escape(control.target)}</x:FmlaLink><x:Val>{min(control.value, MOST)}</x:Val>"
        f"<x:Min>{control.first}</x:Min><x:Max>{min(control.last, MOST)}</x:Max>"
        "<x:Inc>1</x:Inc><x:Page>10</x:Page><x:Dx>22</x:Dx></x:ClientData></v:shape>"
    )
