"""What a book says of itself to the desktop that lists it: title, author, language, and the program that made it."""

from __future__ import annotations

from openpyxl import Workbook

from xlbp import __version__
from xlbp.lang import Texts

AUTHOR = "xlbp"
APPLICATION = "docProps/app.xml"
EXTENDED = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
# LibreOffice takes the values beside the formulas on trust from programs whose names begin with "Microsoft" only
PROGRAM = f"Microsoft Excel Compatible / xlbp {__version__}"
FORMAT = "12.0000"  # the Excel whose format this is; Excel wants the form XX.YYYY


def describe(workbook: Workbook, texts: Texts, title: str, description: str = "") -> None:
    """Say what a book of ours is."""
    properties = workbook.properties
    properties.creator = properties.lastModifiedBy = AUTHOR
    properties.title, properties.description = title, description or None
    properties.language = texts.language


def application_properties() -> bytes:
    """The part that names the program and its version."""
    named = f"<Application>{PROGRAM}</Application><AppVersion>{FORMAT}</AppVersion>"
    return f'<Properties xmlns="{EXTENDED}">{named}</Properties>'.encode()
