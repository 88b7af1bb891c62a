"""Formulas of arrays: both entries of the mathematics, NumPy's own reading of the formulas, and differences."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from tests.random_arrays import random_arrays, read
from tests.test_double_entry import seeds
from xlbp.model.compile import compile_template
from xlbp.reference.train import train
from xlbp.symbols.interpret import Interpreter
from xlbp.template.array_graph import ArrayGraph
from xlbp.template.load import parse_template
from xlbp.template.template import Template

H = 1e-5


def made(text: str) -> tuple[Template, ArrayGraph]:
    """A template of arrays from its text."""
    template = parse_template(text, "made.toml", "made")
    assert isinstance(template.model, ArrayGraph)
    return template, template.model


@pytest.mark.parametrize("seed", seeds(60))
def test_both_entries_agree_on_random_formulas(seed: int) -> None:
    """Every number of every row is the same by the formulas' symbols and by the reference's arrays."""
    template, _ = made(random_arrays(Random(seed)))
    history = train(template)
    rows = {name: np.asarray(values) for name, values in history.items()}
    program = compile_template(template)
    assert set(program.names) <= set(rows)
    interpret = Interpreter({**template.inputs(), **rows})
    for column in program.columns:
        if column.start is None:
            np.testing.assert_allclose(
                np.broadcast_to(interpret(column.expr), rows[column.name].shape),
                rows[column.name],
                rtol=1e-12,
                atol=1e-12,
                err_msg=f"{column.name} = {column.expr}",
            )


@pytest.mark.parametrize("seed", seeds(60))
def test_values_are_numpys(seed: int) -> None:
    """Every step has the value that NumPy's own reading of its formula has."""
    template, graph = made(random_arrays(Random(seed), iterations=1))
    history = train(template)
    arrays = {
        name: np.array(values.numbers).reshape(values.shape)
        for name, values in (*graph.variables.items(), *graph.fixed.items())
    }
    for name, formula in graph.formulas.items():
        arrays[name] = read(formula, arrays)
        assert arrays[name].shape == graph.shapes[name], formula
        found = [history[element][0] for element in graph.elements(name)]
        np.testing.assert_allclose(found, arrays[name].ravel(), rtol=1e-12, atol=1e-12, err_msg=formula)


@pytest.mark.parametrize("seed", seeds(60))
def test_derivatives_are_those_of_differences(seed: int) -> None:
    """dE/dx of every element of every variable is the slope of the objective, by NumPy's own reading."""
    template, graph = made(random_arrays(Random(seed), iterations=1))
    history = train(template)
    given = {
        name: np.array(values.numbers).reshape(values.shape)
        for name, values in (*graph.variables.items(), *graph.fixed.items())
    }

    def objective(name: str, place: int, step: float) -> float:
        arrays = {key: array.copy() for key, array in given.items()}
        arrays[name].reshape(-1)[place] += step
        for key, formula in graph.formulas.items():
            arrays[key] = read(formula, arrays)
        return float(arrays[graph.objective])

    for name in graph.variables:
        for place, element in enumerate(graph.elements(name)):
            slopes = [(objective(name, place, h) - objective(name, place, -h)) / (2 * h) for h in (H, H / 2)]
            if abs(slopes[0] - slopes[1]) < 1e-6:  # else a kink lies between
                assert history[graph.gradient(element)][0] == pytest.approx(slopes[1], rel=1e-5, abs=1e-6), element
