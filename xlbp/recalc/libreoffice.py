"""LibreOffice, headless, in a profile of its own that is told to recalculate what it loads.

Without that setting it shows the cached values of an .xlsx unchanged, right or wrong.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from xlbp.leftovers import temporary_folder
from xlbp.recalc.base import Area, Grid
from xlbp.recalc.process import find_program, run_office
from xlbp.recalc.saved import Saved

ALWAYS = 0  # of Formula/Load
NEVER = 2  # of Content/Update
SETTINGS = {
    ("org.openoffice.Office.Calc/Formula/Load", "OOXMLRecalcMode"): str(ALWAYS),
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel"): "3",  # never run a macro
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution"): "true",
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks"): "true",
    ("org.openoffice.Office.Calc/Content/Update", "Link"): str(NEVER),
    ("org.openoffice.Office.Recovery/AutoSave", "Enabled"): "false",
}
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>
"""
ITEM = """
<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>"""


class LibreOffice:
    """Converts the book, recalculated, and reads the copy."""

    name = "libreoffice"
    confirms_overflow = True

    def values(self, book: Path, areas: Sequence[Area]) -> list[Grid]:
        """Recalculated values, to the 15 digits that LibreOffice writes."""
        remedy = "install LibreOffice Calc (Debian: apt-get install libreoffice-calc)"
        program = find_program(("soffice", "libreoffice"), remedy)
        with temporary_folder() as folder:
            copy = recalculated_copy(program, book, folder)
            return Saved().values(copy, areas)


def recalculated_copy(program: str, book: Path, folder: Path) -> Path:
    """Convert ``book`` to .xlsx in ``folder``, every formula recalculated."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    items = "".join(ITEM.format(path=path, name=name, value=value) for (path, name), value in SETTINGS.items())
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE.format(items=items), "utf-8")
    source = folder / "in" / "book.xlsx"  # a plain name: soffice takes a leading dash for an option
    source.parent.mkdir()
    shutil.copyfile(book, source)
    result = folder / "out" / "book.xlsx"
    profile_option = f"-env:UserInstallation={profile.as_uri()}"
    options = ["--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"]
    convert = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(result.parent), str(source)]
    run_office([program, profile_option, *options, *convert], "LibreOffice", source, result)
    return result
