"""What somebody gave for a template that is none, and what to do with it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from xlbp.template.nearest import close_to

MODEL = "holds a trained model; xlbp new makes a template into whose [network] its weights can be written"
DATA = "is data; xlbp new --from-csv {name} makes a template for it"
WORKBOOK = "is a workbook: xlbp verify checks one of xlbp, xlbp audit anyone's; xlbp new --from-csv takes its data"
OLD_WORKBOOK = "is a workbook; save it as .xlsx or CSV, then xlbp new --from-csv makes a template for it"
KINDS = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".data", ".ods", ".json", ".npz", ".gz"), DATA),
    **dict.fromkeys((".xlsx", ".xlsm"), WORKBOOK),
    **dict.fromkeys((".xls", ".numbers"), OLD_WORKBOOK),
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".onnx", ".h5", ".hdf5", ".keras", ".safetensors", ".tflite"), MODEL),
    **dict.fromkeys((".npy", ".pkl", ".pickle", ".joblib", ".mat"), MODEL.replace("a trained model", "arrays")),
    **dict.fromkeys((".py", ".ipynb", ".r", ".m", ".jl"), "is a program; xlbp new makes a template to describe it in"),
    **dict.fromkeys((".yaml", ".yml", ".ini"), "is no template; these are written in TOML, see xlbp new"),
    **dict.fromkeys((".pdf", ".docx", ".md", ".html"), "is a document; xlbp new makes a template to edit"),
}
LISTED = "xlbp templates lists those that come with xlbp"


def why_no_template(name: str, known: Iterable[str]) -> str:
    """One line: what the name stands for, and what to do; ``known`` are the templates that come with xlbp."""
    path = Path(name)
    if Path(f"{name}.toml").is_file():
        return f"no template is called {name!r}; for the file give {f'{name}.toml'!r}"
    if name and path.is_dir():
        return f"{name!r} is a folder; give a template, whose name ends in .toml"
    if kind := KINDS.get(path.suffix.lower()):
        return f"{name!r} {kind.format(name=name)}"
    if close := close_to(path.stem if path.suffix else name, known):
        return f"no template is called {name!r} (did you mean {close!r}?); {LISTED}"
    if path.is_file():
        return f"{name!r} is a file, but no template: the name of one ends in .toml"
    return f"no template is called {name!r}; {LISTED}, and a file's name ends in .toml"
