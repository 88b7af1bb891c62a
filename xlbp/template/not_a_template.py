"""What somebody gave for a template that is none, and what to do with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from xlbp.errors import UsageError, verb
from xlbp.template.nearest import close_to

NEW = verb("new")
MODEL = f"holds a trained model; {NEW} makes a template into whose [network] its weights can be written"
DATA = "is data: {new} makes a template for it"
TABLE = f"is a table that xlbp does not read; save it as CSV, then {NEW} makes a template for it"
WORKBOOK = (
    f"is a workbook: {verb('verify')} checks xlbp's own, {verb('audit')} anyone's; of data {{new}} makes a template"
)
OLD_WORKBOOK = f"is a workbook; save it as CSV or .xlsx, then {NEW} makes a template for it"
ARRAYS = f"holds arrays that xlbp does not read; save them as .npz or CSV, then {NEW} makes a template for them"
PROGRAM = f"is a program; {NEW} makes a template to describe it in"
OTHER_TEXT = f"is no template; these are written in TOML, see {NEW}"
DOCUMENT = f"is a document; {NEW} makes a template to edit"
KINDS = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt", ".data", ".dat"), DATA),
    **dict.fromkeys((".xlsx", ".xlsm"), WORKBOOK),
    **dict.fromkeys((".parquet", ".feather", ".arff", ".sav", ".dta", ".rds", ".rdata", ".sas7bdat", ".jsonl"), TABLE),
    **dict.fromkeys((".ods", ".npz", ".json", ".gz"), DATA),
    **dict.fromkeys((".xls", ".numbers"), OLD_WORKBOOK),
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".onnx", ".h5", ".hdf5", ".keras", ".safetensors", ".tflite"), MODEL),
    **dict.fromkeys((".npy", ".pkl", ".pickle", ".joblib", ".mat"), ARRAYS),
    **dict.fromkeys((".py", ".ipynb", ".r", ".m", ".jl"), PROGRAM),
    **dict.fromkeys((".yaml", ".yml", ".ini"), OTHER_TEXT),
    **dict.fromkeys((".pdf", ".docx", ".md", ".html"), DOCUMENT),
}
LOOKED_AT = 4096  # bytes of a file whose name does not tell what it is
A_TEMPLATE = re.compile(r"^\s*\[(network|expression)\b", re.MULTILINE)
LISTED = f"{verb('templates')} lists those that come with xlbp"


def why_no_template(name: str, known: Iterable[str]) -> str:
    """One line: what the name stands for, and what to do; ``known`` are the templates that come with xlbp."""
    path = Path(name)
    if Path(f"{name}.toml").is_file():
        return f"no template is called {name!r}; for the file give {f'{name}.toml'!r}"
    if name and path.is_dir():
        return f"{name!r} is a folder; give a template, whose name ends in .toml"
    if kind := KINDS.get(path.suffix.lower()):
        return f"{name!r} {kind.format(new=verb('new', name))}"
    if not path.is_file() and (close := close_to(path.stem if path.suffix else name, known)):
        return f"no template is called {name!r} (did you mean {close!r}?); {LISTED}"
    if path.is_file():
        return f"{name!r} {_by_content(path)}"
    return f"no template is called {name!r}; {LISTED}, and a file's name ends in .toml"


def must_be_data(name: str) -> None:
    """Raise UsageError for what is given as data and is none, by its name: a template, a model, a program, a folder."""
    suffix = Path(name).suffix.lower()
    if suffix == ".toml":
        raise UsageError(f"{name!r} is a template already: {verb('generate', name)} makes its workbook")
    if Path(name).is_dir():
        raise UsageError(f"{name!r} is a folder; give a file of data, as CSV or .xlsx")
    if (kind := KINDS.get(suffix, "")) in (MODEL, ARRAYS, PROGRAM, DOCUMENT, TABLE, OLD_WORKBOOK):
        remedy = kind.partition("; ")[2] if kind in (ARRAYS, TABLE, OLD_WORKBOOK) else "give a file of data, as CSV"
        raise UsageError(f"{name!r} {kind.partition(';')[0]}; {remedy}")


def why_unreadable(name: str, reason: str, known: Iterable[str]) -> str:
    """One line on a template that can't be read, which may be one of xlbp's own, called by its file's name."""
    stem = Path(name).stem
    hint = f"; the template that comes with xlbp is called {stem!r}" if stem in known else ""
    return f"can't read the template {name!r}: {reason}{hint}"


def _by_content(path: Path) -> str:
    """What a file without a telling name is, by how it begins."""
    try:
        with path.open("rb") as file:
            head = file.read(LOOKED_AT)
        text = head.decode("utf-8-sig", errors="strict" if len(head) < LOOKED_AT else "ignore")
    except (OSError, UnicodeDecodeError):
        return "is no template, and no text"
    if A_TEMPLATE.search(text):
        return f"is a template whose name does not say so: rename it {path.name}.toml"
    if any(sign in text.partition("\n")[0] for sign in ",;\t"):
        return DATA.format(new=verb("new", str(path)))
    return "is a file, but no template: the name of one ends in .toml"
