"""What a reader sees first: a book in a window of LibreOffice, as large as a screen, opened at one of its sheets.

``python tools/window.py BOOK.xlsx --sheet Network --size 1366x768 -o network.png``; needs Xvfb and xdotool, which
``make office`` installs.  Side bar and tool bars but the usual two are off, so that the room for cells is about that
of Excel with its ribbon.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from openpyxl import load_workbook
from PIL import Image, ImageChops, ImageGrab

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from xlbp.recalc.libreoffice import ITEM, PROFILE
from xlbp.system.process import find_program

START, STEADY, CLOSE = 90.0, 1.5, 10.0  # seconds: at most to open a book, between two equal pictures, to end
SETTINGS = {
    ("org.openoffice.Office.Common/Misc", "ShowTipOfTheDay"): "false",
    ("org.openoffice.Setup/Product", "ooSetupLastVersion"): "99.0",  # no word on what is new
    ("org.openoffice.Setup/Office", "OfficeRestartInProgress"): "false",
    ("org.openoffice.Setup/L10N", "ooSetupSystemLocale"): "en-US",
    ("org.openoffice.Office.Common/Misc", "FirstRun"): "false",
}


def opened_at(book: Path, sheet: str, target: Path) -> None:
    """A copy of a book that opens at a sheet."""
    titles = load_workbook(book, read_only=True).sheetnames
    number = titles.index(sheet) if sheet else 0
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for part in source.namelist():
            data = source.read(part)
            if part == "xl/workbook.xml":
                data = re.sub(rb"<workbookView[^>]*/>", f'<workbookView activeTab="{number}"/>'.encode(), data)
            elif part.startswith("xl/worksheets/sheet"):
                data = data.replace(b' tabSelected="1"', b"")
            package.writestr(part, data)


@contextmanager
def screen(width: int, height: int) -> Iterator[str]:
    """A screen that nobody looks at; its name."""
    read, write = os.pipe()
    size = f"{width}x{height}x24"
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        try:
            with os.fdopen(read) as told:
                number = told.readline().strip()
            if not number:
                raise SystemExit("Xvfb does not start")
            yield f":{number}"
        finally:
            server.terminate()


def picture_of(book: Path, sheet: str, width: int, height: int) -> Image.Image:
    """The window of LibreOffice with a book, filling a screen of so many pixels."""
    program = find_program(("soffice",), "make office installs it")
    with tempfile.TemporaryDirectory(prefix="xlbp-") as name, screen(width, height) as display:
        folder = Path(name)
        copy, user = folder / "book.xlsx", folder / "profile" / "user"
        opened_at(book, sheet, copy)
        user.mkdir(parents=True)
        items = "".join(ITEM.format(path=path, name=key, value=value) for (path, key), value in SETTINGS.items())
        (user / "registrymodifications.xcu").write_text(PROFILE.format(items=items), "utf-8")
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [program, profile, "--norestore", "--nologo", "--nolockcheck", "--nofirststartwizard", str(copy)]
        environment = {**os.environ, "DISPLAY": display, "SAL_USE_VCLPLUGIN": "gen"}
        with subprocess.Popen(command, env=environment, start_new_session=True, stderr=subprocess.DEVNULL) as office:
            try:
                _fill_screen(display, "book.xlsx", width, height)
                return _steady_picture(display)
            finally:
                _end(office)


def _fill_screen(display: str, title: str, width: int, height: int) -> None:
    """Wait for the window, and make it as large as the screen."""
    tool = ["xdotool", "search", "--sync", "--onlyvisible", "--name", title]
    resize = ["windowmove", "%@", "0", "0", "windowsize", "%@", str(width), str(height)]
    environment = {**os.environ, "DISPLAY": display}
    subprocess.run([*tool, *resize], env=environment, check=True, timeout=START, stdout=subprocess.DEVNULL)


def _steady_picture(display: str) -> Image.Image:
    """The screen, once it shows the same twice."""
    limit, before = time.monotonic() + START, ImageGrab.grab(xdisplay=display)
    while time.monotonic() < limit:
        time.sleep(STEADY)
        now = ImageGrab.grab(xdisplay=display)
        has_content = len(now.getcolors(1 << 24) or ()) > 100
        if has_content and ImageChops.difference(before, now).getbbox() is None:
            return now
        before = now
    return before


def _end(office: subprocess.Popen[bytes]) -> None:
    """End the process group that was started here."""
    os.killpg(office.pid, 15)
    try:
        office.wait(CLOSE)
    except subprocess.TimeoutExpired:
        os.killpg(office.pid, 9)


def main(arguments: Sequence[str] | None = None) -> None:
    """Take one picture for each sheet that is named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("book", type=Path)
    parser.add_argument("--sheet", action="append", metavar="TITLE", help="may be repeated; default the first one")
    parser.add_argument("--size", default="1366x768", metavar="WIDTHxHEIGHT")
    parser.add_argument("-o", "--output", type=Path, default=Path("output/window.png"), help="with %%s for the sheet")
    options = parser.parse_args(arguments)
    width, height = map(int, options.size.split("x"))
    for sheet in options.sheet or [""]:
        target = Path(str(options.output).replace("%s", sheet.replace(" ", "-") or "first"))
        target.parent.mkdir(parents=True, exist_ok=True)
        picture_of(options.book, sheet, width, height).save(target, optimize=True)
        print(target)


if __name__ == "__main__":
    main()
