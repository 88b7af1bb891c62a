"""LibreOffice, headless, in a profile of its own that is told to recalculate what it loads.

Without that setting it shows the cached values of an .xlsx unchanged, right or wrong.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from xlbp.recalc.base import Engine, Values
from xlbp.recalc.saved import values_when
from xlbp.system.cleanup import temporary_folder, watched_path
from xlbp.system.process import Wait, find_program, started_office

PIPES = Path("/", "tmp")  # whatever TMPDIR says
ALWAYS = 0  # of Formula/Load
NEVER = 2  # of Content/Update
SETTINGS = {
    ("org.openoffice.Office.Calc/Formula/Load", "OOXMLRecalcMode"): str(ALWAYS),
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel"): "3",  # never run a macro
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution"): "true",
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks"): "true",
    ("org.openoffice.Office.Calc/Content/Update", "Link"): str(NEVER),
    ("org.openoffice.Office.Recovery/AutoSave", "Enabled"): "false",
    ("org.openoffice.Setup/L10N", "ooSetupSystemLocale"): "en-US",  # a decimal point, whatever the machine's
}
PROGRAMS = (  # on the PATH, or where the installers of macOS and Windows put it; .com waits for the .exe it starts
    "soffice",
    "libreoffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
)
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
        with self.computing_all([book]) as (values,):
            yield values

    @contextmanager
    def computing_all(self, books: Sequence[Path]) -> Iterator[list[Values]]:
        """Several books by one LibreOffice, which takes longer to start than to compute a small one."""
        program = find_program(PROGRAMS, "install LibreOffice Calc (Debian: apt-get install libreoffice-calc)")
        with temporary_folder() as folder, converting(program, books, folder) as (wait, results):
            yield [values_when(wait, result) for result in results]


def recalculated_copy(program: str, book: Path, folder: Path) -> Path:
    """Convert ``book`` to .xlsx in ``folder``, every formula recalculated."""
    with converting(program, [book], folder) as (wait, results):
        wait(results[0])
    return results[0]


@contextmanager
def converting(program: str, books: Sequence[Path], folder: Path) -> Iterator[tuple[Wait, list[Path]]]:
    """Start to convert books to .xlsx in ``folder``; what waits for each copy, and where the copies will be."""
    names = [f"book{number}.xlsx" for number in range(len(books))]  # a leading dash would be an option
    sources, results = ([folder / place / name for name in names] for place in ("in", "out"))
    (folder / "in").mkdir()
    for book, source in zip(books, sources, strict=True):
        shutil.copyfile(book, source)
    command = _command(program, folder, sources)
    with _without_pipe(folder / "profile"), started_office(command, "LibreOffice", sources) as wait:
        yield wait, results


@contextmanager
def _without_pipe(profile: Path) -> Iterator[None]:
    """Remove what a LibreOffice that is ended leaves outside our folder."""
    with watched_path(pipe_of(profile)) as pipe:
        try:
            yield
        finally:
            pipe.unlink(missing_ok=True)


def pipe_of(profile: Path) -> Path:
    """The socket by which a LibreOffice tells others that it runs with this profile; Windows' pipes are no files.

    (sal/osl/unx/pipe.cxx, desktop/source/app/officeipcthread.cxx)
    """
    digest = hashlib.md5(profile.as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    name = "".join(f"{byte:x}" for byte in digest)  # no zeros before a single digit
    return PIPES / f"OSL_PIPE_{profile.stat().st_uid}_SingleOfficeIPC_{name}"


def _command(program: str, folder: Path, sources: Sequence[Path]) -> list[str]:
    """Conversion to .xlsx with a profile in ``folder``."""
    profile = folder / "profile"
    write_profile(profile)
    profile_option = f"-env:UserInstallation={profile.as_uri()}"
    options = ["--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"]
    convert = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out"), *map(str, sources)]
    return [program, profile_option, *options, *convert]


def write_profile(profile: Path) -> None:
    """A user profile with our settings: every formula is recalculated, nothing runs, nothing is fetched."""
    (profile / "user").mkdir(parents=True)
    items = "".join(ITEM.format(path=path, name=name, value=value) for (path, name), value in SETTINGS.items())
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE.format(items=items), "utf-8")
