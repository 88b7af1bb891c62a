"""TOML text to :class:`Template`: every demand of the template contract is checked here, once.

An error names the key, what was met and the remedy, and points at the template's own line.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from keyword import iskeyword
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from xlbp.errors import TemplateError, UsageError, reason_of
from xlbp.lang.languages import LANGUAGES
from xlbp.template.array_graph import ArrayGraph
from xlbp.template.document import Document
from xlbp.template.expressions import RESERVED, Steps
from xlbp.template.graph import Graph
from xlbp.template.losses import SAMPLES
from xlbp.template.nearest import nearest
from xlbp.template.network import Network
from xlbp.template.not_a_template import why_no_template, why_unreadable
from xlbp.template.notation import Notation, expression_symbols
from xlbp.template.read_arrays import has_arrays, read_steps, read_values
from xlbp.template.read_data import ReadFile, ReadText, read_data, shuffled
from xlbp.template.read_network import read_network
from xlbp.template.read_notation import must_differ, read_network_notation
from xlbp.template.read_training import Batches, read_training
from xlbp.template.sources import KINDS, UNNAMED, Overrides, Source, is_text, overrides_of, toml_of
from xlbp.template.table import Table
from xlbp.template.template import Template, Texts, Training
from xlbp.template.translation import translations_beside

TABLES = {  # what may stand at the top of a template with, and without, a network
    True: ("template", "network", "data", "notation", "training", "expression"),
    False: ("template", "expression", "notation", "training", "network"),
}
LARGEST_TEMPLATE = 20_000_000
MOST_DRAWS = 1_000_000
Given = TypeVar("Given")  # a number, or an array


def shipped() -> dict[str, Path]:
    """The templates that come with xlbp, by name: in the wheel, or in a checkout beside it."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "templates", package.parent / "templates"):
        if folder.is_dir():
            return {path.stem: path for path in sorted(folder.glob("*.toml"))}
    return {}


def load_template(source: Source, overrides: Overrides = (), table: bool = False) -> Template:
    """Load a template, whatever it is given as; ``table`` as in :class:`xlbp.template.model.Samples`.

    Raises TemplateError if it is wrong, UsageError if there is no such template.
    """
    changes = overrides_of(overrides)
    if isinstance(source, Template):
        return _changed(source, changes, table) if changes or table else source
    if isinstance(source, Mapping):
        return parse_template(toml_of(source), UNNAMED, UNNAMED, changes, beside(Path(UNNAMED)), table)
    if isinstance(source, str) and is_text(source):
        return parse_template(source, UNNAMED, UNNAMED, changes, beside(Path(UNNAMED)), table)
    if not isinstance(source, str | Path):
        raise UsageError(f"{source!r:.60} is no template; give {KINDS}")
    return _load_file(str(source), changes, table)


def _changed(template: Template, overrides: tuple[str, ...], table: bool) -> Template:
    """A loaded template with more changes than it was loaded with."""
    every = (*template.overrides, *overrides)
    changed = parse_template(template.text, template.name, template.name, every, template.files.__getitem__, table)
    return replace(changed, translations=template.translations)


def _load_file(name: str, overrides: tuple[str, ...], table: bool) -> Template:
    """A shipped template by its name, or any by its path."""
    known = shipped()
    if name not in known and not name.endswith(".toml"):
        raise UsageError(why_no_template(name, known))
    path = known.get(name, Path(name))
    try:
        text = _read_text(path)
    except (OSError, ValueError) as error:
        raise UsageError(why_unreadable(str(path), reason_of(error), known)) from None
    template = parse_template(text, str(path), path.stem, overrides, beside(path), table)
    return replace(template, translations=translations_beside(path, _read_text))


def _read_text(path: Path) -> str:
    try:
        return _read_bytes(path).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise TemplateError("not UTF-8 text; save the template as UTF-8", str(path)) from None


def _read_bytes(path: Path) -> bytes:
    if path.stat().st_size > LARGEST_TEMPLATE:
        raise UsageError(f"{path}: a template or its data has at most {LARGEST_TEMPLATE // 1_000_000} MB")
    return path.read_bytes()


def beside(template: Path) -> ReadFile:
    """Reads the data files that a template names, relative to its own folder."""
    return lambda name: bytes_of(template.parent / name)


def bytes_of(path: Path) -> bytes:
    """A data file as it is.  Raises ValueError, whose message continues "the data file ...", saying why not."""
    try:
        return _read_bytes(path)
    except OSError as error:
        raise ValueError(f"can't be read: {reason_of(error)}") from None


def _keeping(files: dict[str, str], read_file: ReadFile) -> ReadText:
    """Reads a data file as text, and puts that into ``files``, where a book finds it again."""

    def read(name: str, decode: Callable[[bytes], str]) -> str:
        content = read_file(name)
        return files.setdefault(name, content if isinstance(content, str) else decode(content))

    return read


def no_files(name: str) -> str:
    """Of a template that stands alone.  Raises ValueError, whose message continues "the data file ..."."""
    raise ValueError(f"is not there: this template came without {name!r}")


def parse_template(
    text: str,
    source: str,
    name: str,
    overrides: tuple[str, ...] = (),
    read_file: ReadFile = no_files,
    table: bool = False,
) -> Template:
    """Read a template from its text; ``overrides`` are ``key=value`` as given to --set."""
    text = text.replace("\r\n", "\n")
    files: dict[str, str] = {}
    root = Table((document := Document(text, source, overrides)).data, (), document)
    root.asked.update(TABLES[root.has("network")])
    root.close()
    about = root.table("template")
    if root.has("network") == root.has("expression"):
        root.fail(("expression",), "a template has either [network] with [data], or [expression]")
    notation = root.table("notation")
    model: Network | Graph | ArrayGraph
    if root.has("network"):
        given = read_data(root.table("data"), _keeping(files, read_file))
        network, given = read_network(root.table("network"), root.table("data"), given)
        training, batches = read_training(root.table("training"), network=True)
        model = _batched(root.table("training"), network, training, batches, table)
        symbols, order = read_network_notation(model, training, given, notation)
    else:
        model = _graph(root.table("expression"))
        training, _ = read_training(root.table("training"), network=False)
        symbols = expression_symbols(model, training, Notation(learning_rate=notation.text("learning_rate", "η")))
        must_differ(symbols, notation)
        order = tuple(model.parameters())
    notation.close()
    template = Template(
        name=name,
        title=_texts(about, "title", {"en": name}),
        model=model,
        training=training,
        symbols=symbols,
        parameter_order=order,
        summary=_texts(about, "summary", {}),
        source=_texts(about, "source", {}),
        notes=_notes(about),
        text=text,
        overrides=overrides,
        files=files,
    )
    about.close()
    return template


def _batched(table: Table, network: Network, training: Training, batches: Batches, stored: bool) -> Network:
    """The network with the batches that training asks for; ``stored`` puts its samples into a table."""
    samples = network.samples
    if batches.size > samples:
        table.fail("batch_size", f"batch_size is {batches.size}, but there are {samples} samples to train on")
    size = batches.size or samples
    _must_be_enough(table, network, size)
    if network.weighs == SAMPLES and size == 1 and not network.outputs_apart:
        what = "class_weights change nothing where a row has one sample: the weighted mean of one is its own loss"
        table.fail("batch_size", f"{what} (PyTorch's, too); take a larger batch_size")
    order: tuple[int, ...] = ()
    if batches.seed is not None and size < samples:
        draws = (training.iterations + 1) * size
        if draws > MOST_DRAWS:
            table.fail("shuffle", f"{draws:,} draws are more than a sheet has rows; train for fewer iterations")
        order = shuffled(samples, draws, batches.seed)
    data = replace(network.data, batch=0 if size == samples else size, order=order, table=stored)
    return replace(network, penalties=batches.penalties, data=data)


def _must_be_enough(table: Table, network: Network, batch: int) -> None:
    """Refuse a batch norm of a single number: that has no variance."""
    for node in network.nodes:
        if node.block.couples and node.block.count(network.inputs_of(node)[0], batch) == 1:
            what = f"layer {node.layer}, {node.block.kind}, needs two samples or more in a row"
            table.fail("batch_size", f"{what}: a single number has no variance; give more samples, or a larger batch")


def _texts(table: Table, key: str, default: Texts) -> Texts:
    """``key = "..."`` in English, and ``"key.zh-CN" = "..."`` beside it."""
    found = {"en": table.text(key)} if table.has(key) else dict(default)
    for language in LANGUAGES:
        if table.has(f"{key}.{language}"):
            found[language] = table.text(f"{key}.{language}")
    return found


def _notes(table: Table) -> dict[str, tuple[str, ...]]:
    found = {"en": table.texts("notes", ())}
    for language in LANGUAGES:
        if table.has(f"notes.{language}"):
            found[language] = table.texts(f"notes.{language}")
    return found


def _graph(table: Table) -> Graph | ArrayGraph:
    if has_arrays(table):
        moving, given = (_as_python_reads(read_values(table, key)) for key in ("variables", "constants"))
        _check_names(table, moving, given)
        failures = [_step_failure(table, index) for index in range(len(table.texts("steps")))]
        arrays = read_steps(table, moving, given, failures)
        table.close()
        return arrays
    variables, constants = (_as_python_reads(table.numbers(key)) for key in ("variables", "constants"))
    _check_names(table, variables, constants)
    steps = Steps({*variables, *constants})
    written = [steps.add(text, _step_failure(table, i)) for i, text in enumerate(table.texts("steps"))]
    if not written:
        table.fail("steps", "steps must hold at least one formula, as in ['d = a + b']")
    objective = table.text("objective", written[-1])
    if objective not in written:
        table.fail("objective", f"objective {objective!r} is not a step{nearest(objective, written)}")
    graph = Graph(variables, constants, tuple(steps.found), objective=objective)
    if objective not in graph.active():
        table.fail("objective", f"objective {objective!r} depends on no variable, so there is nothing to train")
    goal = table.text("goal", "minimize", choices=("minimize", "maximize"))
    table.close()
    return replace(graph, maximize=goal == "maximize")


def _check_names(table: Table, variables: Mapping[str, object], constants: Mapping[str, object]) -> None:
    """Whether there is something to train, and all quantities may be called as they are."""
    if not variables:
        table.fail("variables", "an expression needs at least one variable for training to move")
    for key, group in (("variables", variables), ("constants", constants)):
        for name in group:
            if reason := _why_not(name, taken=key == "constants" and name in variables):
                table.fail((key, name), f"can't call a quantity {name!r}: {reason}")


def _as_python_reads(group: Mapping[str, Given]) -> dict[str, Given]:
    """Names in the form that Python gives them inside a formula: the micro sign becomes the Greek letter."""
    return {unicodedata.normalize("NFKC", name): value for name, value in group.items()}


def _why_not(name: str, taken: bool) -> str:
    """What speaks against calling a quantity so, or ''."""
    if not name.isidentifier():
        return "names have letters, digits and _, and start with a letter"
    if name in RESERVED or iskeyword(name):
        return "the name means something else already"
    return "it is a variable already" if taken else ""


def _step_failure(table: Table, index: int) -> Any:
    def fail(message: str, offset: int) -> NoReturn:
        table.fail(("steps", index), message, offset=offset)

    return fail
