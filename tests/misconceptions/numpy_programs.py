"""The programs in NumPy, as they are or with one edit; and what they tell, by the names of the template."""

from __future__ import annotations

from collections.abc import Mapping
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


def run(program: str, *edits: Edit, optimizer: str = "") -> Numbers:
    """What a program tells after these edits, each of which must apply."""
    source = (PLACE / f"{program}.py").read_text("utf-8")
    for old, new in edits:
        assert old in source, old
        source = source.replace(old, new)
    scope: dict[str, Any] = {}
    exec(compile(source, program, "exec"), scope)
    template = template_of(program, optimizer)
    model = template.model
    x, t = np.array(model.inputs), np.array(model.targets)
    if model.inputs:
        x, t = x.reshape(len(x), *model.input_shape), t.reshape(len(t), *model.target_shape)
    rows = scope["train"](_arrays(model.parameters()), x, t, template.training.iterations + 1)
    return _by_name(template, rows)


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
