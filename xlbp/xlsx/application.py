"""Which program made a book: the part of the package that names it and its version."""

from __future__ import annotations

from xlbp import __version__

APPLICATION = "docProps/app.xml"
EXTENDED = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
# LibreOffice takes the values beside the formulas on trust from programs whose names begin with "Microsoft" only
PROGRAM = f"Microsoft Excel Compatible / xlbp {__version__}"
FORMAT = "12.0000"  # the Excel whose format this is; Excel wants the form XX.YYYY


def application_properties() -> bytes:
    """The part that names the program and its version."""
    named = f"<Application>{PROGRAM}</Application><AppVersion>{FORMAT}</AppVersion>"
    return f'<Properties xmlns="{EXTENDED}">{named}</Properties>'.encode()
