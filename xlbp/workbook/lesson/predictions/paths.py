"""The paths of a parameter as products of cells, and the questions that their sizes and signs answer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.record import Prediction
from xlbp.workbook.page.chain import ChainRule
from xlbp.workbook.page.chain import Path as ChainPath
from xlbp.workbook.page.lens import Lens

FEWEST, MOST, MOST_FACTORS = 2, 4, 8
VISIBLE = 1e-3  # of a gradient's largest size: a smaller one beside its passage through 0 may turn by roundings
CLOSE = 1e-9
MOST_TRIED = 12  # parameters that are looked at
MOST_COLUMNS = 700  # of a row whose paths are looked for: in larger ones that takes long


class PathOfCells(NamedTuple):
    """The symbols of a path's derivatives, and the cells that they stand in."""

    symbols: tuple[str, ...]
    cells: tuple[str, ...]


def sign(lab: Lab) -> Prediction | None:
    """Which factor, or which path, decides the sign of a derivative; None where no path can be read off cells."""
    for name, paths in parameters_with_paths(lab):
        if len(paths) <= MOST and lab.measured("value", [lab.contents.gradient(name)], 0):
            return _sign_of(lab, name, paths)
    return None


def turning(lab: Lab) -> Prediction | None:
    """Why a gradient passes 0 though the loss still falls; None where none does, or no paths cancel."""
    if lab.facts.noisy is not None:
        return None
    for name, paths in parameters_with_paths(lab):
        turn = _turn(lab, name)
        if FEWEST <= len(paths) <= MOST and turn is not None:
            return _turn_of(lab, name, paths, turn)
    return None


def parameters_with_paths(lab: Lab, from_the_end: bool = False) -> Iterator[tuple[str, list[PathOfCells]]]:
    """Parameters of a training of single samples, from the first layer on, or from the last one down."""
    if lab.contents.template.model.batch > 1 or len(lab.contents.program.columns) > MOST_COLUMNS:
        return
    rule = ChainRule(Lens(lab.contents, lab.facts))
    order = lab.contents.template.parameter_order[:: -1 if from_the_end else 1]
    for name in order[:MOST_TRIED]:
        paths = [_of_cells(path) for path in rule.paths(name)]
        if paths and all(all(path.cells) and 0 < len(path.cells) <= MOST_FACTORS for path in paths):
            total = sum(lab.measured("product", path.cells, 0) for path in paths)
            exact = lab.measured("value", [lab.contents.gradient(name)], 0)
            if math.isclose(total, exact, rel_tol=CLOSE, abs_tol=CLOSE * abs(exact)):
                yield name, paths


def _of_cells(path: ChainPath) -> PathOfCells:
    cells = tuple("" if factor.value.op == "neg" else factor.cell for factor in path)
    return PathOfCells(tuple(factor.symbol for factor in path), cells)


def _turn(lab: Lab, name: str) -> int | None:
    """The first iteration at which the gradient has another sign than before, visibly, or None."""
    gradients = lab.history()[lab.contents.gradient(name)]
    if not np.isfinite(gradients).all() or len(gradients) < FEWEST:
        return None
    before, now = gradients[:-1], gradients[1:]
    floor = VISIBLE * float(np.abs(gradients).max())
    turns = (before * now < 0) & (np.abs(before) + np.abs(now) > floor)
    return int(turns.argmax()) + 1 if turns.any() else None


def _sign_of(lab: Lab, name: str, paths: list[PathOfCells]) -> Prediction:
    gradient = lab.contents.gradient(name)
    question = lab.text("sign", gradient=lab.symbol(gradient), parameter=lab.symbol(name))
    if len(paths) == 1:
        [path] = paths
        factors = [lab.tell(cell, 0) for cell in path.cells]
        negative = [s for s, cell in zip(*path, strict=True) if lab.measured("value", [cell], 0) < 0]
        key = "sign_factors" if negative else "sign_no_factor"
        answer = lab.sentences(
            lab.text("product", gradient=lab.symbol(gradient), factors=_product(factors), value=lab.tell(gradient, 0)),
            lab.text(key, factors=lab.joined(negative)),
        )
    else:
        answer = _sum_of_paths(lab, gradient, paths, 0)
    return lab.prediction("sign", question, answer, _steps(lab))


def _turn_of(lab: Lab, name: str, paths: list[PathOfCells], turn: int) -> Prediction:
    gradient = lab.contents.gradient(name)
    column, row = lab.column(gradient), lab.contents.layout.row_of(turn)
    names = {"gradient": lab.symbol(gradient), "before": turn - 1, "t": turn}
    question = lab.text("turning", **names, column=column, row=row)
    values = {"value_before": lab.tell(gradient, turn - 1), "value": lab.tell(gradient, turn)}
    answer = lab.sentences(
        lab.text("turning_answer", **names, **values), _sum_of_paths(lab, gradient, paths, turn), lab.text("notch")
    )
    return lab.prediction("turning", question, answer, lab.place(gradient, turn))


def _sum_of_paths(lab: Lab, gradient: str, paths: list[PathOfCells], iteration: int) -> str:
    """What each path brings, and their sum."""
    parts = [
        lab.text("path", factors=" · ".join(path.symbols), value=lab.tell(path.cells, iteration, measure="product"))
        for path in paths
    ]
    total = lab.tell(gradient, iteration)
    return lab.text("sum_of_paths", gradient=lab.symbol(gradient), paths=lab.joined(parts), value=total, t=iteration)


def _product(factors: list[str]) -> str:
    return " · ".join(f"({factor})" if factor.startswith("−") else factor for factor in factors)


def _steps(lab: Lab) -> str:
    return f"{quoted(lab.contents.texts('sheet.steps'))}!A1"
