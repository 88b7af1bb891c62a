"""TOML text to :class:`Template`: every demand of the template contract is checked here, once.

An error names the key, what was met and the remedy, and points at the template's own line.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from keyword import iskeyword
from pathlib import Path
from typing import Any, NoReturn

from xlbp.errors import TemplateError, UsageError
from xlbp.spec import initial
from xlbp.spec.document import Document
from xlbp.spec.expressions import RESERVED, Steps
from xlbp.spec.model import Bias, Graph, Layer, Matrix, Network, Template, Texts, Training
from xlbp.spec.notation import Notation, graph_symbols
from xlbp.spec.read_notation import must_differ, read_network_notation
from xlbp.spec.table import Table, clip, nearest

LANGUAGES = ("en", "zh-CN", "zh-TW")
ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "softmax")
LOSSES = ("half_squared_error", "mse", "binary_cross_entropy", "cross_entropy")
OUTPUT_FOR_LOSS = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}
TABLES = {  # what may stand at the top of a template with, and without, a network
    True: ("template", "network", "data", "notation", "training", "expression"),
    False: ("template", "expression", "notation", "training", "network"),
}
LARGEST_TEMPLATE = 20_000_000


def shipped() -> dict[str, Path]:
    """The templates that come with xlbp, by name: in the wheel, or in a checkout beside it."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "templates", package.parent / "templates"):
        if folder.is_dir():
            return {path.stem: path for path in sorted(folder.glob("*.toml"))}
    return {}


def load_template(name: str, overrides: tuple[str, ...] = ()) -> Template:
    """Load a shipped template by name, or any by its path.

    Raises TemplateError if it is wrong, UsageError if there is no such template.
    """
    known = shipped()
    if name not in known and not name.endswith(".toml"):
        raise UsageError(f"no template is called {name!r}{nearest(name, known)}; a file's name ends in .toml")
    path = known.get(name, Path(name))
    try:
        if path.stat().st_size > LARGEST_TEMPLATE:
            raise UsageError(f"{path}: a template has at most {LARGEST_TEMPLATE // 1_000_000} MB")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TemplateError("not UTF-8 text; save the template as UTF-8", str(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"can't read the template {str(path)!r}: {reason.lower()}") from None
    return parse_template(text, str(path), path.stem, overrides)


def parse_template(text: str, source: str, name: str, overrides: tuple[str, ...] = ()) -> Template:
    """Read a template from its text; ``overrides`` are ``key=value`` as given to --set."""
    text = text.replace("\r\n", "\n")
    root = Table((document := Document(text, source, overrides)).data, (), document)
    root.asked.update(TABLES[root.has("network")])
    root.close()
    about = root.table("template")
    if root.has("network") == root.has("expression"):
        root.fail(("expression",), "a template has either [network] with [data], or [expression]")
    notation = root.table("notation")
    model: Network | Graph
    if root.has("network"):
        model = _network(root.table("network"), root.table("data"))
        symbols, order = read_network_notation(model, notation)
    else:
        model = _graph(root.table("expression"))
        symbols = graph_symbols(model, Notation(learning_rate=notation.text("learning_rate", "η")))
        must_differ(symbols, notation)
        order = tuple(model.variables)
    notation.close()
    training = _training(root.table("training"), model)
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
    )
    about.close()
    return template


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


def _training(table: Table, model: Network | Graph) -> Training:
    training = Training(table.integer("iterations", 100, minimum=1), table.number("learning_rate"))
    _only(table, "optimizer", ("sgd",))
    _only(table, "schedule", ("constant",))
    samples = len(model.inputs) if isinstance(model, Network) else 1
    batch = table.get("batch_size", "all")
    if batch != "all" and (table.integer("batch_size", minimum=1) != samples):
        table.fail("batch_size", f"batch_size {clip(batch)} is not supported yet: use 'all' ({samples} here)")
    table.close()
    return training


def _only(table: Table, key: str, supported: tuple[str, ...]) -> None:
    """A choice that has one value so far; it may be written ``"sgd"`` or ``{name="sgd"}``."""
    value = table.get(key, supported[0])
    name = value.get("name") if isinstance(value, dict) else value
    if name not in supported:
        table.fail(key, f"{key} {str(name)[:40]!r} is not supported yet; use {supported[0]!r}")
    for option in set(value) - {"name"} if isinstance(value, dict) else ():
        table.fail((key, option), f"{key} {name!r} has no option {option!r} yet; leave it out")


def _graph(table: Table) -> Graph:
    variables, constants = (_as_python_reads(table.numbers(key)) for key in ("variables", "constants"))
    if not variables:
        table.fail("variables", "an expression needs at least one variable for training to move")
    for key, group in (("variables", variables), ("constants", constants)):
        for name in group:
            if reason := _why_not(name, taken=key == "constants" and name in variables):
                table.fail((key, name), f"can't call a quantity {name!r}: {reason}")
    steps = Steps({*variables, *constants})
    written = [steps.add(text, _step_failure(table, i)) for i, text in enumerate(table.texts("steps"))]
    if not written:
        table.fail("steps", "steps must hold at least one formula, as in ['d = a + b']")
    objective = table.text("objective", written[-1])
    if objective not in written:
        table.fail("objective", f"objective {objective!r} is not a step{nearest(objective, written)}")
    graph = Graph(variables, constants, tuple(steps.found), objective, maximize=False)
    if objective not in graph.active():
        table.fail("objective", f"objective {objective!r} depends on no variable, so there is nothing to train")
    goal = table.text("goal", "minimize", choices=("minimize", "maximize"))
    table.close()
    return replace(graph, maximize=goal == "maximize")


def _as_python_reads(group: dict[str, float]) -> dict[str, float]:
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


def _network(table: Table, data: Table) -> Network:
    inputs, targets = data.matrix("inputs"), data.matrix("targets")
    data.close()
    if len(inputs) != len(targets):
        data.fail("targets", f"targets has {len(targets)} rows, but inputs has {len(inputs)}: one row per sample")
    loss = table.text("loss", "half_squared_error", choices=LOSSES)
    layers: list[Layer] = []
    width = len(inputs[0])
    for number, part in enumerate(table.tables("layers"), start=1):
        layers.append(_layer(part, number, width))
        width = layers[-1].units
    table.close()
    if width != len(targets[0]):
        data.fail("targets", f"targets has {len(targets[0])} columns, but the last layer has {width} units")
    needed = OUTPUT_FOR_LOSS.get(loss)
    if needed and layers[-1].activation != needed:
        met = layers[-1].activation
        table.fail("loss", f"{loss} is computed from the logits of a {needed} layer; the last one is {met}")
    return Network(tuple(layers), loss, inputs, targets)


def _layer(table: Table, number: int, inputs: int) -> Layer:
    units = table.integer("units", minimum=1)
    activation = table.text("activation", "identity", choices=ACTIVATIONS)
    layer = Layer(units, activation, _weights(table, number, units, inputs), _bias(table, units))
    table.close()
    return layer


def _weights(table: Table, number: int, units: int, inputs: int) -> Matrix:
    value = table.get("weights", {"init": "xavier_uniform"})
    if isinstance(value, dict):
        if units * inputs > 1_000_000:
            met = f"{clip(units)} units x {inputs} inputs"
            table.fail("units", f"{met} are more weights than a sheet has columns (16,384)")
        inner = Table(value, (*table.path, "weights"), table.document)
        init = inner.text("init", "xavier_uniform", choices=initial.SPREADS)
        seed = inner.integer("seed", 0)
        inner.close()
        return initial.draw(init, seed, number, units, inputs)
    weights = table.matrix("weights")
    if (len(weights), len(weights[0])) != (units, inputs):
        met = f"{len(weights)} x {len(weights[0])}"
        needed = f"{clip(units)} units x {inputs} inputs need {clip(units)} x {inputs}"
        table.fail("weights", f"weights of layer {number} are {met}, but {needed}")
    return weights


def _bias(table: Table, units: int) -> Bias | None:
    shared = table.boolean("bias_shared", False)
    trainable = table.boolean("bias_trainable", True)
    value = table.get("bias", 0)
    if value is False:
        return None
    if not isinstance(value, list):
        return Bias((table.as_number(value, "bias"),) * (1 if shared else units), shared, trainable)
    values = table.as_row(value, "bias")
    wanted = 1 if shared else units
    if len(values) != wanted:
        table.fail(
            "bias", f"bias has {len(values)} numbers, but {wanted} are needed{' (it is shared)' if shared else ''}"
        )
    return Bias(values, shared, trainable)
