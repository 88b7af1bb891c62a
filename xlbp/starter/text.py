"""A plan as a template: TOML that a person reads and edits, with a note above each key.

A line that starts with ``# `` is a note; ``#key = value`` is a choice that works once its ``#`` is taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap

from xlbp.lang import Texts
from xlbp.starter.choice import Left
from xlbp.starter.kinds import CNN, DENSE, RNN
from xlbp.starter.plan import POOLED, Plan
from xlbp.starter.quoting import SHOWN, WIDTH, enumerated, toml_list, toml_string
from xlbp.starter.reading_text import category_keys, code_keys, keys_of, read_as
from xlbp.template import initial
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.losses import LOSSES
from xlbp.template.optimizers import OPTIMIZERS
from xlbp.template.schedules import SCHEDULES

APART = 0.1  # the largest of hidden biases that differ
INPUTS = "--inputs"  # the option that takes a column all the same


def _wrapped(line: str) -> list[str]:
    """A line of a note, cut between words where it is long; an indented one stays as it is."""
    return [line] if line.startswith(" ") else wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False)


class Lines:
    """The lines so far; notes come from the words of one language."""

    def __init__(self, texts: Texts) -> None:
        self.texts, self.lines = texts, list[str]()
        self.hidden = 0  # the number of the hidden layer that is being written

    def note(self, key: str, **values: object) -> None:
        """A note of the words, a comment line for each of its lines."""
        for line in self.texts(f"new.{key}", **values).split("\n"):
            self.lines += [f"# {part}" for part in _wrapped(line)]

    def put(self, *lines: str) -> None:
        """Lines as they are; ``''`` parts two paragraphs."""
        self.lines += lines

    def option(self, key: str, *lines: str) -> None:
        """A note, and under it what it is about, switched off."""
        self.note(key)
        self.lines += [f"#{line}" for line in lines] + [""]

    def key(self, key: str, line: str, **values: object) -> None:
        """A note, and under it what it is about."""
        self.note(key, **values)
        self.lines += [line, ""]


def template_text(plan: Plan, texts: Texts, command: str) -> str:
    """The whole template."""
    out = Lines(texts)
    out.note("head", command=command)
    if plan.file:
        out.note("from_file", file=enumerated([plan.file]), rows=texts.number(plan.lines))
    out.put("")
    _about(out, plan)
    _network(out, plan)
    _data_of_file(out, plan) if plan.file else _data(out)
    _training(out, plan)
    out.put("[notation]")
    out.option("notation", 'weights = "by_unit"', 'loss = "L"', 'learning_rate = "η"')
    out.note("expression")
    return "\n".join(out.lines) + "\n"


def title_of(plan: Plan, texts: Texts) -> str:
    """What the workbook is called on its Start sheet."""
    if not plan.file:
        return texts("new.title_starter")
    file = plan.file.rsplit("/", 1)[-1]
    targets, inputs = (", ".join(names[:SHOWN]) for names in (plan.targets, plan.named_inputs))
    return texts("new.title", file=file, targets=targets, inputs=inputs)


def _about(out: Lines, plan: Plan) -> None:
    out.put("[template]")
    out.key("text", f"title = {toml_string(title_of(plan, out.texts))}")
    out.option("summary", 'summary = "..."')
    out.option("source", 'source = "..."')
    out.option("notes", 'notes = ["..."]')


def _network(out: Lines, plan: Plan) -> None:
    out.put("[network]")
    loss = "cross_entropy" if plan.classes else "mse"
    out.key("loss", f'loss = "{loss}"', losses=", ".join(LOSSES))
    out.option("dropout_seed", "dropout_seed = 2")
    BEFORE_THE_LAST[plan.wishes.kind](out, plan)
    out.note("output")
    out.put("[[network.layers]]")
    explained = plan.wishes.kind != DENSE or not plan.wishes.hidden
    _layer(out, plan, plan.outputs, "softmax" if plan.classes else "identity", explained=explained, last=True)


def _hidden(out: Lines, plan: Plan) -> None:
    """Dense layers."""
    for number, units in enumerate(plan.wishes.hidden, start=1):
        out.hidden = number
        out.note("hidden", number=number)
        out.put("[[network.layers]]")
        _layer(out, plan, units, plan.wishes.activation, explained=number == 1)


def _recurrent(out: Lines, plan: Plan) -> None:
    """Recurrent layers; all but the last pass on what they say at every step."""
    for number, units in enumerate(plan.wishes.hidden, start=1):
        out.hidden = number
        out.note("recurrent" if number == 1 else "recurrent_above")
        out.put("[[network.layers]]", 'kind = "rnn"', f"units = {units}", f'activation = "{plan.wishes.activation}"')
        out.put(f'weights = {{ init = "xavier_normal", seed = {number} }}')
        out.put(f'recurrent = {{ init = "orthogonal", seed = {number} }}')
        _bias_lines(out, plan, units)
        returns = "last" if number == len(plan.wishes.hidden) else "all"
        out.key("returns", f'returns = "{returns}"') if number == 1 else out.put(f'returns = "{returns}"', "")


def _convolution(out: Lines, plan: Plan) -> None:
    """Filters, the largest of each few places, and all of these in a row."""
    (filters,) = plan.wishes.hidden
    out.hidden = 1
    out.note("convolution")
    out.put("[[network.layers]]", 'kind = "conv2d"', f"filters = {filters}", f"kernel = {plan.kernel}")
    out.put(f'activation = "{plan.wishes.activation}"', f'weights = {{ init = "{plan.init}", seed = 1 }}')
    _bias_lines(out, plan, filters)
    out.put("")
    if plan.is_pooled:
        out.key("pool", f'[[network.layers]]\nkind = "max_pool"\nsize = {POOLED}')
    out.key("flatten", '[[network.layers]]\nkind = "flatten"')


BEFORE_THE_LAST: dict[str, Callable[[Lines, Plan], None]] = {DENSE: _hidden, RNN: _recurrent, CNN: _convolution}


def _bias_lines(out: Lines, plan: Plan, units: int) -> None:
    """The biases of a layer that is not dense."""
    bias = _bias(plan, units, last=False)
    if bias != "0":
        out.note("bias_apart")
    out.put(f"bias = {bias}")
    if out.hidden in plan.frozen:
        out.note("bias_frozen")
        out.put("bias_trainable = false")


def _layer(out: Lines, plan: Plan, units: int, activation: str, explained: bool, last: bool = False) -> None:
    """A layer; what its keys mean is said once."""
    bias = _bias(plan, units, last)
    weights = f'weights = {{ init = "{"xavier_normal" if last else plan.init}", seed = 1 }}'
    if not explained:
        out.put(f"units = {units}", f'activation = "{activation}"')
        _start(out, weights, bias, last)
        _frozen(out, plan, last)
        return
    out.key("units", f"units = {units}")
    out.key("activation", f'activation = "{activation}"', activations=", ".join(ACTIVATIONS))
    out.key("weights", weights, inits=", ".join(initial.OPTIONS))
    if bias != "0":
        out.note("bias_mean" if last else "bias_apart")
    out.key("bias", f"bias = {bias}")
    if bias == "0":
        out.option("bias_shared", "bias_shared = true")
    if not _frozen(out, plan, last):
        out.option("bias_trainable", "bias_trainable = false")
    if not last:
        out.option("dropout", "dropout = 0.2")


def _bias(plan: Plan, units: int, last: bool) -> str:
    """The initial biases of a layer: near the mean of the targets, apart, or 0."""
    if last and any(plan.bias):
        return f"[{', '.join(f'{value:.15g}' for value in plan.bias)}]"
    if plan.biases_apart and not last:
        return f"[{', '.join(f'{APART * (k + 1) / units:.3g}' for k in range(units))}]"
    return "0"


def _frozen(out: Lines, plan: Plan, last: bool) -> bool:
    """Whether the biases of the layer that is being written are frozen; says so, and why."""
    number = plan.layers if last else out.hidden
    if number not in plan.frozen:
        return False
    out.key("bias_frozen", "bias_trainable = false")
    return True


def steadied(plan: Plan) -> list[str]:
    """What was done so that no rounding noise drives the training, by the keys of its words."""
    done = {"frozen": bool(plan.frozen), "apart": plan.biases_apart, "plain": plan.plain_steps}
    return [key for key, is_done in done.items() if is_done]


def _start(out: Lines, weights: str, bias: str, last: bool) -> None:
    """Initial weights and bias of a layer, with a note where they follow the targets."""
    out.put(weights)
    if bias != "0":
        out.note("bias_mean" if last else "bias_apart")
    out.put(f"bias = {bias}", "")


def _data(out: Lines) -> None:
    """Exclusive or."""
    out.put("[data]")
    out.key("samples", "inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]")
    out.key("targets", "targets = [[0], [1], [1], [0]]")
    out.option("test_samples", "test_inputs = [[0.1, 0.9], [0.9, 0.9]]", "test_targets = [[1], [0]]")
    out.option("scale", 'scale = "standard"')
    out.key("accuracy", "accuracy = true")


def _data_of_file(out: Lines, plan: Plan) -> None:
    out.put("[data]")
    out.key("file", f"file = {toml_string(plan.file)}")
    if not plan.arrays:
        _reading(out, plan)
    for left in plan.left:
        out.note("left", **reason(left, out.texts))
    _order(out, plan)
    out.key("input_columns", f"inputs = {_named(plan, 0, plan.named_inputs)}")
    if plan.shape:
        out.key("steps" if plan.wishes.steps else "shape", f"shape = {list(plan.shape)}")
    out.key("target_columns", f"targets = {_named(plan, 1, plan.targets)}")
    if plan.classes:
        out.key("one_hot", "one_hot = true", classes=enumerated(plan.classes))
    else:
        out.key("not_one_hot", "one_hot = false")
    out.key("scale", f'scale = "{plan.kind.scale if plan.is_scaled else "none"}"')
    if not plan.classes:
        way = "standard" if plan.scales_targets else "none"
        out.key("scale_targets", f'scale_targets = "{way}"')
    out.note("test_classes" if plan.classes else "test")
    mark = "" if plan.test else "#"
    out.put(f"{mark}test = {plan.test or 1}", f"{mark}split_seed = {plan.split_seed}")
    out.put(f"{mark}stratify = true", "") if plan.classes else out.put("")
    if plan.classes:
        out.option("class_weights", 'class_weights = "balanced"')
        out.key("accuracy", "accuracy = true")


def _named(plan: Plan, place: int, columns: Sequence[str]) -> str:
    """The columns, or the array in their place."""
    return toml_string(plan.arrays[place]) if plan.arrays else toml_list(columns)


def _reading(out: Lines, plan: Plan) -> None:
    """How the file is read, what its texts stand for, and what becomes of missing cells."""
    reading = plan.reading
    out.note("read", how=read_as(reading, out.texts))
    out.put(*keys_of(reading), "")
    for key, lines in (("codes", code_keys(reading)), ("categories", category_keys(reading))):
        if lines:
            out.note(key)
            out.put(*lines, "")
    if reading.missing:
        out.note("missing")
        gaps = toml_list([text for text in reading.gaps if text])
        out.put(f"missing = {toml_string(reading.missing)}", f"missing_texts = {gaps}", "")


def _order(out: Lines, plan: Plan) -> None:
    """Of which sequence a row is a step, and of which one."""
    if not plan.wishes.sequence:
        return
    out.note("sequence")
    out.put(f"sequence = {toml_string(plan.wishes.sequence)}")
    if plan.wishes.step:
        out.put(f"step = {toml_string(plan.wishes.step)}")
    out.put("")


def reason(left: Left, texts: Texts) -> dict[str, str]:
    """The column that is left out, and why, for a note."""
    why = texts(f"new.{left.why}", **left.values, inputs=INPUTS).replace("\n", " ")
    return {"column": toml_string(left.name), "why": toml_string(why)[1:-1]}


def _training(out: Lines, plan: Plan) -> None:
    out.put("[training]")
    out.key("iterations", f"iterations = {plan.iterations}")
    out.key("learning_rate", f"learning_rate = {plan.rate:g}")
    if plan.plain_steps:
        out.note("plain_steps")
    out.key("optimizer", f'optimizer = "{plan.wishes.optimizer}"', optimizers=", ".join(OPTIMIZERS))
    out.key("batch_size", f"batch_size = {plan.batch}" if plan.batch else 'batch_size = "all"')
    out.note("shuffle")
    out.put("shuffle = true", "") if plan.batch else out.put("#shuffle = true", "")
    out.note("schedule", schedules=", ".join(SCHEDULES))
    out.put('#schedule = { name = "step", every = 50, factor = 0.5 }', "")
    out.option("clip", "clip_norm = 1.0")
    out.option("penalty", "l2 = 0.001")
