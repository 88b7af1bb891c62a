"""Models and weights from files: a template of a model with a person's table, or a template with other weights."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from xlbp.datafile.form import PLAIN_FORM
from xlbp.datafile.rows import read_table
from xlbp.datafile.source import text_of
from xlbp.errors import UsageError, counted, option
from xlbp.interchange.draft import DATA, FEATURE
from xlbp.interchange.drafted_text import About, Samples, Training, is_of_classes
from xlbp.interchange.keras_file import read_keras_file
from xlbp.interchange.keras_model import read_layers, template_of_saved
from xlbp.interchange.keras_model import sizes_of as keras_sizes
from xlbp.interchange.made_template import Read
from xlbp.interchange.model_files import refuse_pickled
from xlbp.interchange.onnx_reading import loaded, read_proto, template_of_proto
from xlbp.interchange.onnx_reading import sizes_of as onnx_sizes
from xlbp.interchange.packages import needed
from xlbp.interchange.state_dict import read_safetensors, text_with_weights
from xlbp.interchange.toml_text import toml_of
from xlbp.system.atomic import check_target, replacing
from xlbp.template.document import Document
from xlbp.template.layer_kinds import EMBEDDING
from xlbp.template.load import beside, bytes_of, load_template, parse_template, shipped
from xlbp.template.read_data import read_data
from xlbp.template.sources import Source
from xlbp.template.table import Table
from xlbp.template.template import Template

TEMPLATE = ".toml"
STATE_DICT = "the state dict"  # what weights are called that come without a file
NO_DATA = "There were no data: two made-up samples stand for them; put your own into [data]."


@dataclass(frozen=True)
class Kind:
    """A kind of model's file: what opens it, what tells the sizes of a sample, what reads it, what makes a template."""

    opened: Callable[[Path], Any]
    sizes: Callable[[Any], tuple[int | None, ...]]
    read: Callable[[Any, Any], Read]
    template: Callable[[Any, Samples, Training, About], Template]


def _read_keras(saved: Any, samples: Any) -> Read:
    return Read(*read_layers(saved, samples), samples)


KINDS: dict[str, Kind] = {
    ".onnx": Kind(loaded, onnx_sizes, read_proto, template_of_proto),
    ".keras": Kind(read_keras_file, keras_sizes, _read_keras, template_of_saved),
}


@dataclass(frozen=True)
class Columns:
    """Which columns of a table are inputs, and which are targets; none for what is left, and for the last ones."""

    inputs: Sequence[str] = ()
    targets: Sequence[str] = ()


@dataclass(frozen=True)
class Imported:
    """What was written: the template, and where; ``notes`` are what its reader has to know."""

    path: Path
    template: Template
    notes: tuple[str, ...] = field(default=())


def import_model(
    model: Path | str,
    output: Path | str | None = None,
    data: Path | str | None = None,
    columns: Columns | None = None,
    training: Training | None = None,
    force: bool = False,
) -> Imported:
    """Write the template of a model in a file, ``*.onnx`` or ``*.keras``, and return what was written.

    ``data`` is a table as a template takes it; without it two samples are made up.  ``output`` is by default the
    model's name with ``.toml``, here.  Raises UsageError for what a template has not, and for a pickled file;
    UnreadableError for what is no model; WriteError for a place where nothing can be written.
    """
    path = Path(model)
    refuse_pickled(path)
    if path.suffix.lower() not in KINDS:
        raise UsageError(f"{path}: a model is read from a file that ends in {' or '.join(KINDS)}; save it as one")
    target = Path(output) if output is not None else Path(f"{path.stem}{TEMPLATE}")
    check_target(target, force, TEMPLATE)
    kind = KINDS[path.suffix.lower()]
    opened = kind.opened(path)
    sizes, told = kind.sizes(opened), training or Training()
    if data is None:
        samples = _made_up(kind, opened, sizes, path, told)
    else:
        samples = _samples(kind, opened, sizes, Path(data), columns or Columns(), target.parent)
    template = kind.template(opened, samples, told, About(target.stem, f"{path.name}"))
    text = template.text if data is not None else template.text.replace("\n[data]\n", f"\n[data]  # {NO_DATA}\n", 1)
    with replacing(target, force) as temporary:
        temporary.write_text(text, "utf-8", newline="\n")
    return Imported(target, template, template.notes.get("en", ()) + (() if data is not None else (NO_DATA,)))


def _made_up(kind: Kind, opened: Any, sizes: tuple[int | None, ...], path: Path, training: Training) -> Samples:
    """Two samples: tokens 0, or digits after the point that look like no pattern; of the first class, or targets 0."""
    if None in sizes:
        what = f"{path}: its samples may be of any length, {_by(sizes)}"
        raise UsageError(f"{what}; give some of your own with {option('--data')}")
    shape = (2, *(size or 1 for size in sizes))
    read = kind.read(opened, np.zeros(shape))
    takes_tokens = any(layer.kind == EMBEDDING and DATA in layer.sources for layer in read.draft.layers)
    digits = (np.arange(np.prod(shape)) * 7 + 3) % 10 / 10
    samples = np.zeros(shape) if takes_tokens else digits.reshape(shape)
    output = read.output
    if is_of_classes(read.draft, output, training):
        apart = [size for size, what in zip(output.sizes, output.whats, strict=True) if what != FEATURE]
        return Samples(samples, np.zeros((2, *apart), dtype=int))
    return Samples(samples, np.zeros((2, *output.sizes)))


def _by(sizes: Sequence[int | None]) -> str:
    return " x ".join("?" if size is None else str(size) for size in sizes)


def _samples(
    kind: Kind, opened: Any, sizes: tuple[int | None, ...], data: Path, columns: Columns, folder: Path
) -> Samples:
    """The samples of a table, as its columns are named."""
    header = _header(data)
    targets = tuple(columns.targets) or header[-1:]
    inputs = tuple(columns.inputs) or tuple(column for column in header if column not in targets)
    shape = _shape(sizes, len(inputs), data, targets)
    probe = kind.read(opened, np.zeros((2, *shape)))
    outputs = int(np.prod(probe.output.sizes or (1,)))
    if not columns.targets and outputs > 1 and not _is_of_classes(data, header, targets[0], outputs):
        targets = header[-outputs:]
        inputs = tuple(columns.inputs) or tuple(column for column in header if column not in targets)
        shape = _shape(sizes, len(inputs), data, targets)
    table: dict[str, Any] = {
        "file": Path(os.path.relpath(data, folder)).as_posix(),
        "inputs": list(inputs),
        "targets": list(targets),
    }
    table |= {"one_hot": True} if len(targets) == 1 < outputs else {}

    def read_file(_: str) -> bytes:
        """The only file that the template names."""
        return bytes_of(data)

    text = "[data]\n" + "".join(f"{key} = {toml_of(value)}\n" for key, value in table.items())
    document = Document(text, str(data))
    given = read_data(Table(document.data["data"], ("data",), document), lambda name, decode: decode(read_file(name)))
    x = np.array(given.inputs).reshape(len(given.inputs), *shape)
    return Samples(x, np.array(given.targets), table, read_file)


def _header(data: Path) -> tuple[str, ...]:
    """The names of a table's columns."""
    try:
        return read_table(text_of(bytes_of(data), data.name, PLAIN_FORM)).header
    except ValueError as error:
        raise UsageError(f"the data file {str(data)!r} {error}") from None


def _is_of_classes(data: Path, header: tuple[str, ...], column: str, outputs: int) -> bool:
    """Whether a column has no more different texts than the model has outputs: then these are classes."""
    table = read_table(text_of(bytes_of(data), data.name, PLAIN_FORM))
    return len({text for _, text in table.column(header.index(column))}) <= outputs


def _shape(sizes: tuple[int | None, ...], columns: int, data: Path, targets: Sequence[str]) -> tuple[int, ...]:
    """The shape of a sample of so many numbers; an axis of any length takes what is left."""
    known = int(np.prod([size for size in sizes if size is not None], dtype=int))
    is_open = sizes.count(None) == 1
    if (columns % known if is_open else columns != known) or sizes.count(None) > 1:
        met = f"{data} has {counted(columns, 'column')} besides {', '.join(targets)}"
        raise UsageError(
            f"the model takes {_by(sizes)} numbers of each sample, but {met}; name them with {option('--inputs')}"
        )
    return tuple(columns // known if size is None else size for size in sizes)


# -- weights ---------------------------------------------------------------------------------------------------------


def import_weights(
    weights: Path | str | Mapping[str, Any],
    into: Source,
    output: Path | str | None = None,
    overrides: Sequence[str] = (),
    force: bool = False,
) -> Imported:
    """Write a template with the weights of a ``.safetensors`` file, or of a state dict, and return what was written.

    Tensors are called as in the state dict of the module that ``export --to pytorch`` makes of the template.
    ``output`` is by default the weights' name with ``.toml``, here.
    """
    state = weights if isinstance(weights, Mapping) else read_safetensors(Path(weights))
    source = STATE_DICT if isinstance(weights, Mapping) else str(weights)
    stem = STATE_DICT.replace(" ", "_") if isinstance(weights, Mapping) else Path(weights).stem
    target = Path(output) if output is not None else Path(f"{stem}{TEMPLATE}")
    check_target(target, force, TEMPLATE)
    template = load_template(into, tuple(overrides))
    text = text_with_weights(template, state, source)
    home = shipped().get(str(into), Path(str(into))) if isinstance(into, str | Path) else Path(target)
    text = _moved(text, template, home.parent, target.parent)
    made = parse_template(text, str(target), target.stem, (), beside(target))
    with replacing(target, force) as temporary:
        temporary.write_text(text, "utf-8", newline="\n")
    return Imported(target, made)


def _moved(text: str, template: Template, home: Path, folder: Path) -> str:
    """A template's text as it names its data from another folder."""
    tomlkit = needed("tomlkit", "writing weights into a template")
    document = tomlkit.parse(text)
    for name in template.files:  # at most one
        document["data"]["file"] = Path(os.path.relpath(home / name, folder)).as_posix()
    return str(tomlkit.dumps(document))


def with_options(training: Training, options: Mapping[str, Any]) -> Training:
    """A training with those of the options that are told."""
    return replace(training, **{key: value for key, value in options.items() if value is not None})
