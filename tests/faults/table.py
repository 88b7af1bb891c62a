"""What can go wrong: how it comes about, the command, the exit code, and a pattern for the one line."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.books import TRAINING, put, rewrite

OLE = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504)
BOOK = "book.xlsx"  # a sound one, which stands in every folder
HEAD = b'<?xml version="1.0"?>'

Arrange = Callable[[Path], object]


def nothing(folder: Path) -> None:
    """The folder as it is: with a sound book, a template of one's own, and its data."""


@dataclass(frozen=True)
class Fault:
    """One line of the table; ``lines`` is how many there are on stderr: three where a caret shows the place."""

    command: tuple[str, ...]
    code: int
    words: str
    arrange: Arrange = nothing
    lines: int = 1
    environment: dict[str, str] = field(default_factory=dict)
    seconds: float = 30.0


def generate(*more: str, template: str = "mazur") -> tuple[str, ...]:
    """The command with few rows."""
    return ("generate", template, "-n", "3", *more)


def file(name: str, content: bytes | str = b"precious") -> Arrange:
    """A file with this content."""
    data = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / name).write_bytes(data)


def read_only(folder: Path) -> None:
    """A file that nobody may write."""
    (folder / "m.xlsx").write_bytes(b"precious")
    (folder / "m.xlsx").chmod(0o444)


def a_folder(folder: Path) -> None:
    """A folder where a file is wanted."""
    (folder / "d").mkdir()


# a lock as Excel leaves it: the user's name, once in 8 bits and once in 16; and as LibreOffice does, in plain words
EXCEL_LOCK = b"\x04Anna" + b" " * 50 + b"\x04\0" + "Anna".encode("utf-16-le") + b" \0" * 50
OFFICE_LOCK = ",anna,desk,21.11.2026 06:00,file:///home;"

OUTPUT = {
    "exists": Fault(generate("-o", "m.xlsx"), 4, r"m\.xlsx exists; .*--force", file("m.xlsx")),
    "is the book itself": Fault(generate("-o", BOOK), 4, r"book\.xlsx exists"),
    "is a folder": Fault(generate("-o", "d.xlsx", "--force"), 4, "is a folder", lambda f: (f / "d.xlsx").mkdir()),
    "folder missing": Fault(generate("-o", "gone/m.xlsx"), 4, "the folder 'gone' does not exist"),
    "folder is a file": Fault(generate("-o", f"{BOOK}/m.xlsx"), 4, "book.xlsx is a file, no folder"),
    **{
        f"a folder for the file of {command[0]}": Fault(command, 4, "d is a folder; give the name of a file", a_folder)
        for command in (
            generate("-o", "d"),
            ("compare", "xor", "--vary=training.learning_rate=0.1,1", "-o", "d"),
            ("exercise", "mazur", "--blank=gradients", "-o", "d"),
            ("new", "-o", "d"),
            ("trace", "mazur", "--csv", "-o", "d"),
            ("audit", BOOK, "--annotate", "d"),
        )
    },
    "a file for the folder of several books": Fault(
        ("generate", "mazur", "xor", "-o", "own.csv"), 4, "own.csv is a file, no folder"
    ),
    "a file for the folder of a class": Fault(
        ("exercise", "mazur", "--blank=gradients", "--roster=class.csv", "-o", "own.toml"),
        4,
        "own.toml is a file, no folder",
        file("class.csv", "name\nLi\n"),
    ),
    "a workbook for the folder of a class": Fault(
        ("exercise", "mazur", "--blank=gradients", "--roster=class.csv", "-o", "class.xlsx"),
        2,
        "class.xlsx: for a class this must be a folder",
        file("class.csv", "name\nLi\n"),
    ),
    "read-only": Fault(generate("-o", "m.xlsx", "--force"), 4, "is read-only", read_only),
    "open in Excel": Fault(
        generate("-o", "m.xlsx", "--force"), 4, r"open in another program \(~\$m\.xlsx", file("~$m.xlsx", EXCEL_LOCK)
    ),
    "open in LibreOffice": Fault(
        generate("-o", "m.xlsx", "--force"),
        4,
        r"open in another program \(\.~lock\.m\.xlsx#",
        file(".~lock.m.xlsx#", OFFICE_LOCK),
    ),
    "name of 300 bytes": Fault(generate("-o", "n" * 295 + ".xlsx"), 4, "300 characters; file systems hold 255"),
    "name of 300 bytes in 100 letters": Fault(generate("-o", "学" * 98 + ".xlsx"), 4, "file systems hold 255 bytes"),
    "NUL in the name": Fault(generate("-o", "a\0b.xlsx"), 2, "NUL"),
    "not .xlsx": Fault(generate("-o", "m.ods"), 2, r"must end in \.xlsx"),
    "a device": Fault(("trace", "mazur", "-o", os.devnull, "--force"), 4, "is no file but a device"),
    "trace over its template": Fault(
        ("trace", "own.toml", "-o", "own.toml", "--force"), 4, r"own\.toml is the template itself"
    ),
    "trace over its data": Fault(
        ("trace", "own.toml", "-o", "own.csv", "--force"), 4, r"own\.csv is the template's data"
    ),
    "trace exists": Fault(("trace", "mazur", "-o", "own.csv"), 4, r"own\.csv exists"),
    "new exists": Fault(("new", "-o", "own.toml"), 4, r"own\.toml exists"),
    "new over its data": Fault(("new", "--from-csv", "own.csv", "-o", "own.csv", "--force"), 4, "own.csv is your data"),
}

NETWORK = """[network]
[[network.layers]]
units = {units}
activation = "tanh"
weights = {weights}
bias = {bias}
[data]
inputs = {inputs}
targets = {targets}
[training]
iterations = {iterations}
learning_rate = {rate}
"""
GOOD = {
    **{"units": "1", "weights": "[[0.1, 0.2]]", "bias": "0.1", "inputs": "[[1, 2]]", "targets": "[[1]]"},
    **{"iterations": "3", "rate": "0.5"},
}


def template(words: str, text: str = "", lines: int = 3, **changes: str) -> Fault:
    """A template with something wrong in it: told with its line, and a caret below."""
    content = text or NETWORK.format(**GOOD | changes)
    return Fault(("generate", "wrong.toml", "-o", "m.xlsx"), 2, words, file("wrong.toml", content), lines)


def with_line(line: str) -> str:
    """The good template with one line more in its [training]."""
    return NETWORK.format(**GOOD) + line + "\n"


TEMPLATES = {
    "unknown key": template(r"wrong\.toml:13: .*(optimizer|optimiser)", with_line('optimiser = "adam"')),
    "duplicate key": template(r"wrong\.toml:13: ", with_line("learning_rate = 1"), lines=3),
    "wrong type": template(r"wrong\.toml:12: .*learning_rate", rate='"fast"'),
    "true for 1": template(r"wrong\.toml:12: .*true", rate="true"),
    "NaN": template(r"wrong\.toml:12: .*nan", rate="nan"),
    "infinite": template(r"wrong\.toml:12: .*inf", rate="inf"),
    "1e400": template(r"wrong\.toml:12: ", rate="1e400"),
    "10**400": template(r"wrong\.toml:9: ", targets=f"[[1{'0' * 400}]]"),
    "ragged data": template(r"wrong\.toml:8: ", inputs="[[1, 2], [3]]", targets="[[1], [0]]"),
    "no data": template(r"wrong\.toml:8: ", inputs="[]", targets="[]"),
    "shapes": template(r"wrong\.toml:5: ", weights="[[0.1, 0.2, 0.3]]"),
    "no units": template(r"wrong\.toml:3: ", units="0"),
    "fewer than no units": template(r"wrong\.toml:3: ", units="-1"),
    "a billion units": template(r"wrong\.toml:3: .*16,384", units="1000000000", weights='{ init = "zeros" }'),
    "no iterations": template(r"wrong\.toml:11: ", iterations="0"),
    "no TOML": template("wrong.toml", "[network\n"),
    "no UTF-8": Fault(generate(template="wrong.toml"), 2, "not UTF-8", file("wrong.toml", b"\xff\xfe\0")),
    "missing": Fault(generate(template="gone.toml"), 2, "can't read the template 'gone.toml'"),
    "mistyped": Fault(generate(template="mazzur"), 2, "did you mean 'mazur'"),
    "too many rows": Fault(("generate", "mazur", "-n", "1048576"), 2, "1,048,585 rows, but has 1,048,576|rows"),
}


def zipped(name: str, **parts: bytes | str) -> Arrange:
    """The sound book with parts more."""

    def arrange(folder: Path) -> None:
        target = folder / name
        target.write_bytes((folder / BOOK).read_bytes())
        with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as package:
            for part, content in parts.items():
                package.writestr(part, content)

    return arrange


def changed(part: str, change: Callable[[str], str]) -> Arrange:
    """The sound book with one part changed."""
    return lambda folder: rewrite(folder / BOOK, folder / "x.xlsx", {part: change})


def bytes_of(change: Callable[[bytes], bytes]) -> Arrange:
    """The sound book with its bytes changed."""
    return lambda folder: (folder / "x.xlsx").write_bytes(change((folder / BOOK).read_bytes()))


def flipped(data: bytes) -> bytes:
    """One bit wrong in the middle."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 4]) + data[middle + 1 :]


def verify(words: str, arrange: Arrange, seconds: float = 3.0) -> Fault:
    """A book that is refused, before anything computes."""
    return Fault(("verify", "x.xlsx"), 3, words, arrange, seconds=seconds)


RELATION = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
OUTSIDE = '<Relationship Id="r9" Type="http://x/image" Target="http://127.0.0.1:1/" TargetMode="External"/>'
FORMULA = "<f>B9*x_1+C9*x_2+b_1</f>"

BOOKS = {
    "missing": verify("can't read 'x.xlsx': no such file", nothing),
    "a folder": verify("can't read 'x.xlsx'", lambda f: (f / "x.xlsx").mkdir()),
    "empty": verify("the file is empty", file("x.xlsx", b"")),
    "a text": verify("a text perhaps", file("x.xlsx", "iteration,E\n0,0.3\n")),
    "truncated": verify("the package is damaged", bytes_of(lambda data: data[:-2000])),
    "a bit flipped": verify("the package is damaged|can't be read", bytes_of(flipped)),
    "encrypted": verify(
        "encrypted; save it without a password", file("x.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"))
    ),
    "an .xls": verify(r"an old \.xls workbook", file("x.xlsx", OLE + "Workbook".encode("utf-16-le"))),
    "an .ods": verify("OpenDocument", lambda f: write_zip(f / "x.xlsx", "mimetype", "content.xml")),
    "another zip": verify("a zip file, but no .xlsx workbook", lambda f: write_zip(f / "x.xlsx", "readme.txt")),
    "no sheet of ours": verify("no workbook of xlbp", lambda f: foreign(f / "x.xlsx")),
    "a newer format": verify(
        "made by a newer xlbp .*upgrade", lambda f: put(f / BOOK, f / "x.xlsx", "B1", 99, sheet="_xlbp")
    ),
    "a sheet renamed": verify(
        "the sheet 'Training' is missing", changed("xl/workbook.xml", lambda x: x.replace('"Training"', '"Mine"'))
    ),
    "links to other files": verify("links to other files", zipped("x.xlsx", **{"xl/externalLinks/e1.xml": "<a/>"})),
    "points outside": verify(
        "points to something outside", zipped("x.xlsx", **{"xl/worksheets/_rels/s9.xml.rels": RELATION.format(OUTSIDE)})
    ),
    "macros": verify("holds macros", zipped("x.xlsx", **{"xl/vbaProject.bin": b"\1"})),
    "embedded files": verify("holds embedded files", zipped("x.xlsx", **{"xl/embeddings/o.bin": b"\1"})),
    "a formula that fetches": verify(
        "calls programs or the network", changed(TRAINING, lambda x: x.replace("<f>", '<f>WEBSERVICE("http://x")+', 1))
    ),
    "a zip bomb": verify("over 100 times its size", zipped("x.xlsx", **{"xl/media/z.xml": bytes(150_000_000)})),
    "too much unpacked": verify("unpacks to", zipped("x.xlsx", **{"xl/media/z.xml": bytes(210_000_000)})),
    "an entity bomb": verify(
        "declares entities", changed(TRAINING, lambda x: '<!DOCTYPE a [<!ENTITY b "c">]>' + x.split("?>", 1)[-1])
    ),
    "a path out of the package": verify("points out of the package", zipped("x.xlsx", **{"../../evil.xml": "<a/>"})),
    "too many entries": verify("entries, but at most", zipped("x.xlsx", **{f"xl/e{n}.xml": "" for n in range(1100)})),
}
FAR_CELL = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
SPOILED = {
    "a formula edited": ("Training!J9", changed(TRAINING, lambda x: x.replace(FORMULA, "<f>C9*x_1+C9*x_2+b_1</f>"))),
    "a formula replaced by its number": ("Training!J9", changed(TRAINING, lambda x: x.replace(FORMULA, "", 1))),
    "a saved value forged": (
        "Training!J9",
        changed(TRAINING, lambda x: x.replace(f"{FORMULA}<v>", f"{FORMULA}<v>9", 1)),
    ),
    "0,5 typed as text": ("Training!B3", lambda f: put(f / BOOK, f / "x.xlsx", "B3", "0,5")),
    "a far cell": ("", changed(TRAINING, lambda x: x.replace("</sheetData>", f"{FAR_CELL}</sheetData>"))),
}


def write_zip(path: Path, *names: str) -> None:
    """A package of something else."""
    with zipfile.ZipFile(path, "w") as package:
        for name in names:
            package.writestr(name, "content")


def foreign(path: Path) -> None:
    """Somebody else's workbook."""
    from openpyxl import Workbook

    Workbook().save(path)


def script(body: str) -> Arrange:
    """An office program that does this."""

    def arrange(folder: Path) -> None:
        (folder / "program").write_text(f"#!/bin/sh\n{body}\n")
        (folder / "program").chmod(0o755)

    return arrange


OFFICE = ("verify", BOOK, "--engine", "libreoffice")
PROGRAM = {"XLBP_SOFFICE": "./program"}
ENGINES = {
    "soffice absent": Fault(OFFICE, 5, "was not found; install LibreOffice", environment={"XLBP_SOFFICE": "no-such"}),
    "soffice hangs": Fault(
        OFFICE, 5, "did not finish within 1 seconds", script("sleep 60"), environment={**PROGRAM, "XLBP_TIMEOUT": "1"}
    ),
    "soffice fails in silence": Fault(
        OFFICE, 5, "ended with code 0 and wrote no workbook", script("exit 0"), environment=PROGRAM
    ),
    "gnumeric absent": Fault(
        ("verify", BOOK, "--engine", "gnumeric"), 5, "install Gnumeric", environment={"XLBP_SSCONVERT": "no-such"}
    ),
    "no memory for the engine": Fault(("verify", BOOK), 5, "IronCalc", environment={"XLBP_MEMORY": "20"}),
    "no limit of time": Fault(("verify", BOOK), 5, "XLBP_TIMEOUT is 'soon'", environment={"XLBP_TIMEOUT": "soon"}),
}

FAULTS = {
    f"{group}: {name}": fault
    for group, faults in (("output", OUTPUT), ("template", TEMPLATES), ("book", BOOKS), ("engine", ENGINES))
    for name, fault in faults.items()
}
