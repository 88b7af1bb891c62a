"""Make the self-contained build of this system, try it where nothing else is, and pack it: ``make standalone``.

The build is a folder with the program, its Python and all it needs.  Run by a Python that has xlbp and PyInstaller.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import xlbp

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
DIST = PROJECT / "dist"
FOLDER = DIST / "xlbp"
PROGRAM = FOLDER / ("xlbp.exe" if os.name == "nt" else "xlbp")
NEEDED = ("SYSTEMROOT", "TEMP", "TMP")  # without which no program of Windows starts
CLASS = "name\nAnna Müller\n王小明\n"
STORY = (  # each command, and what it must say
    (("--version",), xlbp.__version__),
    (("generate", "mazur", "--lang", "zh-CN", "-o", "mazur.xlsx"), "12,530"),
    (("verify", "mazur.xlsx"), "agrees"),
    (("exercise", "mazur", "--blank", "gradients", "--roster", "class.csv", "-o", "monday"), "2 books"),
    (("mark", "monday", "--roster", "class.csv", "-o", "marks.xlsx", "--exercise", "monday.exercise.json"), "2 marked"),
    (("audit", "mazur.xlsx"), "no finding"),
)


def build() -> None:
    """The folder, by PyInstaller."""
    where = ["--distpath", str(DIST), "--workpath", str(PROJECT / "build" / "standalone")]
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *where, "xlbp.spec"]
    subprocess.run(command, cwd=HERE, check=True)


def try_it() -> None:
    """A teacher's hour with the build alone: no Python, no path to one.  Raises SystemExit if it says anything else."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "class.csv").write_text(CLASS, encoding="utf-8")
        environment = {name: os.environ[name] for name in NEEDED if name in os.environ}
        for arguments, expected in STORY:
            command = [PROGRAM, *arguments]
            ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
            said = ended.stdout.decode(errors="replace")
            if expected not in said or ended.returncode:
                errors = ended.stderr.decode(errors="replace")
                raise SystemExit(f"xlbp {' '.join(arguments)} ended with {ended.returncode}\n{said}\n{errors}")


def pack() -> Path:
    """The folder as one archive, named after the system and its processor."""
    system = {"Darwin": "macos"}.get(platform.system(), platform.system().lower())
    name = DIST / f"xlbp-{xlbp.__version__}-{system}-{platform.machine().lower()}"
    kind = "zip" if os.name == "nt" else "gztar"
    return Path(shutil.make_archive(str(name), kind, DIST, "xlbp"))


if __name__ == "__main__":
    build()
    try_it()
    archive = pack()
    print(f"{archive.relative_to(PROJECT)}: {archive.stat().st_size / 1e6:.0f} MB, tried without any other Python")
