"""LibreOffice, headless, in a profile of its own that is told to recalculate what it loads.

Without that setting it shows the cached values of an .xlsx unchanged, right or wrong.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from xlbp.leftovers import temporary_folder
from xlbp.recalc.base import Engine, Values
from xlbp.recalc.process import find_program, started_office
from xlbp.recalc.saved import values_when

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


class LibreOffice(Engine):
    """Converts the book, recalculated, and reads the copy."""

    name = "libreoffice"

    @contextmanager
    def computing(self, book: Path) -> Iterator[Values]:
        """Recalculated values, to the 15 digits that LibreOffice writes."""
        remedy = "install LibreOffice Calc (Debian: apt-get install libreoffice-calc)"
        program = find_program(("soffice", "libreoffice"), remedy)
        with temporary_folder() as folder, converting(program, book, folder) as (wait, result):
            yield values_when(wait, result)


def recalculated_copy(program: str, book: Path, folder: Path) -> Path:
    """Convert ``book`` to .xlsx in ``folder``, every formula recalculated."""
    with converting(program, book, folder) as (wait, result):
        wait()
    return result


@contextmanager
def converting(program: str, book: Path, folder: Path) -> Iterator[tuple[Callable[[], None], Path]]:
    """Start to convert ``book`` to .xlsx in ``folder``; what waits for it, and the copy."""
    source, result = folder / "in" / "book.xlsx", folder / "out" / "book.xlsx"
    source.parent.mkdir()
    shutil.copyfile(book, source)
    with started_office(_command(program, folder, source, result), "LibreOffice", source, result) as wait:
        yield wait, result


def _command(program: str, folder: Path, source: Path, result: Path) -> list[str]:
    """Conversion to .xlsx with a profile in ``folder``; the book's name is plain, for a leading dash is an option."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    items = "".join(ITEM.format(path=path, name=name, value=value) for (path, name), value in SETTINGS.items())
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE.format(items=items), "utf-8")
    profile_option = f"-env:UserInstallation={profile.as_uri()}"
    options = ["--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"]
    convert = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(result.parent), str(source)]
    return [program, profile_option, *options, *convert]
