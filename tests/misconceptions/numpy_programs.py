"""The programs in NumPy, as they are or with one edit; and what they tell, by the names of the template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlbp.template.load import parse_template
from xlbp.template.template import Template

PLACE = Path(__file__).parent / "programs"
Edit = tuple[str, str]  # a piece of the program, and what stands there instead
Numbers = dict[str, NDArray[np.float64]]


@cache
def template_of(program: str, optimizer: str = "") -> Template:
    """The problem that a program is about."""
    text = import_module(f"tests.misconceptions.programs.{program}").TEMPLATE
    return parse_template(text.replace("OPTIMIZER", optimizer), program, program)


@cache
def batch_of(program: str) -> Template:
    """The problem of a program on one sample, with three: the steps of the one in other orders."""
    template = template_of(program)
    turned = (np.concatenate([np.roll(array, shift, axis=1) for shift in range(3)]) for array in _samples(template))
    inputs, targets = (tuple(map(tuple, array.reshape(3, -1).tolist())) for array in turned)
    return replace(template, model=replace(template.model, inputs=inputs, targets=targets))


def run(program: str, *edits: Edit, optimizer: str = "") -> Numbers:
    """What a program tells after these edits, each of which must apply."""
    template = template_of(program, optimizer)
    train = _edited(program, edits)
    rows = train(_arrays(template.model.parameters()), *_samples(template), template.training.iterations + 1)
    return _by_name(template, rows)


def run_batch(program: str, *edits: Edit) -> Numbers:
    """What a program on one sample tells after these edits of three, by the means of their losses and gradients."""
    template, train = batch_of(program), _edited(program, edits)
    p, rows = _arrays(template.model.parameters()), []
    for _ in range(template.training.iterations + 1):
        each = [train(p, x[None], t[None], 1)[0] for x, t in zip(*_samples(template), strict=True)]
        own = {name for name in each[0] if name == "E" or name in p or name[1:] in p}
        rows.append({name: np.mean([row[name] for row in each], axis=0) if name in own
                     else np.concatenate([row[name] for row in each]) for name in each[0]})  # fmt: skip
        p = {name: p[name] - template.training.learning_rate * rows[-1].get(f"d{name}", 0) for name in p}
    return _by_name(template, rows)


def _edited(program: str, edits: Sequence[Edit]) -> Any:
    """A program's training, after these edits."""
    source = (PLACE / f"{program}.py").read_text("utf-8")
    for old, new in edits:
        assert old in source, old
        source = source.replace(old, new)
    scope: dict[str, Any] = {}
    exec(compile(source, program, "exec"), scope)
    return scope["train"]


def _samples(template: Template) -> tuple[Any, Any]:
    """The inputs and targets, a sample each, in their shapes."""
    model = template.model
    x, t = np.array(model.inputs), np.array(model.targets)
    if not model.inputs:
        return x, t
    return x.reshape(len(x), *model.input_shape), t.reshape(len(t), *model.target_shape)


def _arrays(parameters: Mapping[str, float]) -> dict[str, NDArray[np.float64]]:
    """Each tensor of parameters in its shape."""
    elements: dict[str, dict[str, float]] = {}
    for name, value in parameters.items():
        elements.setdefault(name.partition("[")[0], {})[name.partition("[")[2].rstrip("]")] = value
    shapes = {tensor: [max(int(i) for i in along) for along in zip(*(index.split(",") for index in each), strict=True)]
              for tensor, each in elements.items()}  # fmt: skip
    return {tensor: np.array(list(each.values())).reshape(shapes[tensor]) for tensor, each in elements.items()}


def _by_name(template: Template, rows: list[dict[str, Any]]) -> Numbers:
    """Single quantities over the iterations: ``z1[2]@3`` of an array with samples, ``W1[1,2]`` of one without."""
    whole = {"E", "Edata"} | {name.partition("[")[0] for name in template.model.parameters()}
    numbers: Numbers = {}
    for key in rows[0]:
        stacked = np.array([row[key] for row in rows], dtype=np.float64)
        is_whole = key in whole or key[1:] in whole or not template.model.inputs
        marks = ("",) if is_whole else template.model.marks
        for place in product(*(range(extent) for extent in stacked.shape[1:])):
            mark, index = ("", place) if is_whole else (marks[place[0]], place[1:])
            text = f"[{','.join(str(i + 1) for i in index)}]" if index else ""
            numbers[f"{key}{text}{mark}"] = stacked[(slice(None), *place)]
    return numbers


def agrees(name: str, theirs: NDArray[np.float64], ours: NDArray[np.float64]) -> NDArray[np.bool_]:
    """To nine digits."""
    return np.abs(theirs - ours) <= 1e-9 * np.maximum(np.abs(theirs), np.abs(ours)) + 1e-13
