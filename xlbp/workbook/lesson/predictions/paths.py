"""The paths of a parameter as products of cells, and the questions that their sizes and signs answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from xlbp.template.quantity import Quantity
from xlbp.workbook.layout.layout import quoted
from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.numbers import digits_apart
from xlbp.workbook.lesson.record import Prediction
from xlbp.workbook.page.chain import ChainRule
from xlbp.workbook.page.chain import Path as ChainPath
from xlbp.workbook.page.lens import Lens

FEWEST, MOST, MOST_FACTORS = 2, 4, 8
VISIBLE = 1e-3  # of a gradient's largest size: a smaller one beside its passage through 0 may turn by roundings
CLOSE = 1e-9
NEAR = 3  # iterations: gradients that turn so close to each other make one dip
MOST_TRIED = 12  # parameters that are looked at
MOST_TERMS, FACTORS, MOST_SAMPLES = 3, 2, 4  # of a sum of products that stands in one sentence; that are tried
MOST_COLUMNS_OF_WORDS = 2_000  # of a row that is looked through for such a sum
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


def parameters_by_users(lab: Lab, with_zeros: bool = False) -> Iterator[tuple[str, list[PathOfCells], int]]:
    """Parameters whose gradient is a sum of a few products of two cells: the derivative by a user, and its slope.

    They come from the last one down.  Of a batch the product is that of a sample, whose number is given, and the
    gradient is the mean.  ``with_zeros`` takes sums in which some products, not all, are 0, too.
    """
    contents, batch = lab.contents, lab.contents.template.model.batch
    if len(contents.program.columns) > MOST_COLUMNS_OF_WORDS:
        return
    for sample in range(1, min(batch, MOST_SAMPLES) + 1):
        rule = ChainRule(Lens(contents, replace(lab.facts, choices=replace(lab.facts.choices, sample=sample))))
        for name in contents.template.parameter_order[: -MOST_TRIED - 1 : -1]:
            paths = [_of_cells(path) for path in rule.by_users(name)] if not rule.penalties(name) else []
            if _is_sum_of_products(lab, name, paths, any if with_zeros else all):
                yield name, paths, sample


def _is_sum_of_products(
    lab: Lab, name: str, paths: list[PathOfCells], counts: Callable[[Iterable[float]], bool]
) -> bool:
    """Whether a few paths of two cells each are the gradient, or of a batch one is a sample's share.

    ``counts`` says whether as many of the products as need be are not 0.
    """
    batch = lab.contents.template.model.batch
    is_short = 0 < len(paths) <= (MOST_TERMS if batch == 1 else 1)
    if not is_short or not all(len(path.cells) == FACTORS and all(path.cells) for path in paths):
        return False
    products = [lab.measured("product", path.cells, 0) for path in paths]
    exact = lab.measured("value", [lab.contents.gradient(name)], 0)
    return counts(products) and (batch > 1 or math.isclose(sum(products), exact, rel_tol=CLOSE))


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
    return lab.prediction("sign", question, lab.sentences(answer, _moves(lab, name)), _steps(lab))


def _turn_of(lab: Lab, name: str, paths: list[PathOfCells], turn: int) -> Prediction:
    gradient = lab.contents.gradient(name)
    column, row = lab.column(gradient), lab.row(turn)
    names = {"gradient": lab.symbol(gradient), "before": turn - 1, "t": turn}
    question = lab.text("turning", **names, column=column, row=row)
    values = {"value_before": lab.tell(gradient, turn - 1), "value": lab.tell(gradient, turn)}
    answer = lab.sentences(
        lab.text("turning_answer", **names, **values),
        _sum_of_paths(lab, gradient, paths, turn),
        _weights_between(lab, paths, turn),
        _turning_with(lab, name, turn),
        lab.text("notch") if _cancel(lab, paths, turn) else "",
    )
    return lab.prediction("turning", question, answer, lab.place(gradient, turn))


def _cancel(lab: Lab, paths: list[PathOfCells], turn: int) -> bool:
    """Whether paths of opposite signs stand beside each other where the gradient turns, or just before."""
    values = [[lab.measured("product", path.cells, t) for path in paths] for t in (turn - 1, turn)]
    return any(min(row) < 0 < max(row) for row in values)


def _moves(lab: Lab, name: str) -> str:
    """Which way the next step takes a parameter; '' where three digits do not show it."""
    updated = lab.quantity(name).updated
    difference = lab.measured("difference", (updated, name), 0)
    if not math.isfinite(difference) or difference == 0:
        return ""
    key = "moves_up" if difference > 0 else "moves_down"
    digits = digits_apart(*(lab.measured("value", [which], 0) for which in (name, updated)))
    old, new = (lab.tell(which, 0, digits=digits) for which in (name, updated))
    return lab.text(key, parameter=lab.symbol(name), old=old, new=new)


def _weights_between(lab: Lab, paths: list[PathOfCells], turn: int) -> str:
    """The parameters that are factors of the paths, as they were at first and as they are where the gradient turns."""
    order = lab.contents.template.parameter_order
    weights = dict.fromkeys(cell for path in paths for cell in path.cells if cell in order)
    changes = [
        lab.text("from_to", symbol=lab.symbol(weight), old=lab.tell(weight, 0), new=lab.tell(weight, turn))
        for weight in weights
    ]
    return lab.text("turning_weights", weights=lab.joined(changes)) if changes else ""


def _turning_with(lab: Lab, name: str, turn: int) -> str:
    """Which gradients of the same unit turn with it, and whether those of the layer's other units turn near by."""
    layer = next((layer for layer in lab.contents.template.model.layers if name in layer.weights), None)
    if layer is None or not layer.is_dense:
        return ""
    unit = lab.quantity(name).indices[0]
    turns = {weight: _turn(lab, weight) for weight in layer.weights if weight in lab.contents.template.parameter_order}
    own = [weight for weight in turns if weight.indices[0] == unit and weight != name]
    others = [weight for weight in turns if weight.indices[0] != unit]
    told = []
    if own and all(turns[weight] == turn for weight in own):
        told.append(lab.text("turning_unit", gradients=_gradients(lab, own), t=turn))
    distances = [abs(at - turn) for weight in others if (at := turns[weight]) is not None]
    if others and len(distances) == len(others) and max(distances) <= NEAR:
        near = max(1, *distances)
        told.append(lab.text("turning_layer", gradients=_gradients(lab, others), near=near))
    return lab.sentences(*told)


def _gradients(lab: Lab, weights: list[Quantity]) -> str:
    return lab.joined([lab.symbol(weight.gradient) for weight in weights])


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
