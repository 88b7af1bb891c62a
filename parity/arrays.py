"""A template's formula of arrays trained in PyTorch.

The steps are the template's own text, evaluated by Python on tensors: xlbp's reading of shapes, axes and slices is on
trial, too.  Derivatives by every array that has a name there are autograd's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from parity.books import Book
from parity.graphs import FUNCTIONS as ELEMENTWISE
from parity.optimizers import clip, kept, make_optimizer, make_schedule, numbers, shared
from tests.random_arrays import stacks_as_calls
from xlbp.template.array_graph import ArrayGraph
from xlbp.template.names import total, updated
from xlbp.template.quantity import Quantity

Values = dict[str, list[float]]
Axes = int | tuple[int, ...] | None


def _all(x: Tensor, axis: Axes) -> list[int]:
    """The axes that are taken together."""
    if axis is None:
        return list(range(x.dim()))
    return [axis] if isinstance(axis, int) else list(axis)


def _reduction(reduce: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """PyTorch's dim and keepdim under NumPy's names; a single number is what it is."""

    def reduced(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
        return reduce(x, dim=_all(x, axis), keepdim=keepdims) if x.dim() else reduce(x[None], dim=[0])

    return reduced


def _extreme(elementwise: Callable[..., Tensor], along: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Of several arrays element by element, of one along its axes."""
    return lambda *xs, **options: elementwise(*xs) if len(xs) > 1 else _reduction(along)(*xs, **options)


def _var(x: Tensor, dim: list[int], keepdim: bool = False) -> Tensor:
    return torch.var(x, dim=dim, correction=0, keepdim=keepdim)


FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    **ELEMENTWISE,
    "sum": _reduction(torch.sum),
    "mean": _reduction(torch.mean),
    "var": _reduction(_var),
    "max": _extreme(ELEMENTWISE["max"], torch.amax),
    "min": _extreme(ELEMENTWISE["min"], torch.amin),
    "softmax": lambda x, axis=-1: functional.softmax(x, dim=axis),
    "log_softmax": lambda x, axis=-1: functional.log_softmax(x, dim=axis),
    "logsumexp": lambda x, axis=-1, keepdims=False: torch.logsumexp(x, dim=axis, keepdim=keepdims),
    "concat": lambda *xs, axis=-1: torch.cat(xs, dim=axis),
    "reshape": lambda x, *sizes: x.reshape(*sizes),
    "dot": torch.matmul,
    "turned": lambda x: x if x.dim() < 2 else x.mT,
    "stacked": lambda *xs: torch.stack([torch.as_tensor(x, dtype=torch.float64) for x in xs]),
}


class TorchArrays:
    """The variables as tensors, and what is recorded of every iteration."""

    def __init__(self, book: Book, with_steps: bool) -> None:
        assert isinstance(book.template.model, ArrayGraph)
        self.graph, self.training, self.found = book.template.model, book.template.training, Values()
        self.variables = {
            name: torch.tensor(v.numbers).reshape(v.shape).requires_grad_() for name, v in self.graph.variables.items()
        }
        self.fixed = {name: torch.tensor(v.numbers).reshape(v.shape) for name, v in self.graph.fixed.items()}
        self.derived = [*self.variables, *(self.graph.formulas if with_steps else ())]
        self.optimizer = make_optimizer(self.training, list(self.variables.values()), self.graph.maximize)
        self.schedule = make_schedule(self.training, self.optimizer)

    def put(self, name: str, value: float) -> None:
        """Record one number."""
        self.found.setdefault(name, []).append(float(value))

    def put_array(self, name: str, value: Tensor, called: Callable[[Quantity], str] = str) -> None:
        """Record an array, element by element."""
        for element, number in zip(self.graph.elements(name), value.reshape(-1).tolist(), strict=True):
            self.put(called(element), number)

    def forward(self) -> dict[str, Tensor]:
        """Every array that has a name in the template, by the template's own text."""
        arrays: dict[str, Tensor] = {**self.variables, **self.fixed}
        for name, formula in self.graph.formulas.items():
            scope: dict[str, Any] = {**FUNCTIONS, **arrays}
            text = re.sub(r"(\w+)\.mT", r"turned(\1)", stacks_as_calls(formula))  # PyTorch has it of matrices only
            arrays[name] = torch.as_tensor(eval(text, {"__builtins__": {}}, scope))
        return arrays

    def row(self) -> None:
        """One iteration, recorded."""
        arrays = self.forward()
        objective = arrays[self.graph.objective]
        for name in (*self.variables, *self.graph.formulas):
            self.put_array(name, arrays[name])
            slope = self.slope(objective, arrays[name])
            if name in self.variables:
                self.variables[name].grad = slope.clone()
            if name in self.derived:
                self.put_array(name, slope, lambda element: total(self.graph.objective, element))
        self.update()

    @staticmethod
    def slope(objective: Tensor, by: Tensor) -> Tensor:
        """The derivative by an array, 0 where nothing leads there."""
        if not by.requires_grad:
            return torch.zeros_like(by)
        [found] = torch.autograd.grad(objective, by, allow_unused=True, retain_graph=True)
        return torch.zeros_like(by) if found is None else found

    def update(self) -> None:
        """Clip, step, and record what the optimizer keeps."""
        training, optimizer, some = self.training, self.optimizer, next(iter(self.variables.values()))
        self.put(":rate", optimizer.param_groups[0]["lr"])
        for name, value in clip(training, list(self.variables.values())).items():
            self.put(name, float(value))
        decay = 0.0 if training.optimizer in ("adamw", "lion") else numbers(training).get("weight_decay", 0.0)
        sign = -1 if self.graph.maximize else 1
        for name, variable in self.variables.items():
            self.put_array(name, sign * variable.grad + decay * variable, "g:{}".format)
        optimizer.step()
        for name, variable in self.variables.items():
            for letter, value in kept(training, optimizer, variable).items():
                self.put_array(name, value, lambda element, k=letter: f"{k}:{element}")
            self.put_array(name, variable, updated)
        for name, value in shared(training, optimizer, some).items():
            self.put(name, float(value))
        self.schedule.step()


def trained(book: Book, with_steps: bool = False) -> Values:
    """Every quantity of the arrays that have a name in the template, a number for each iteration.

    ``with_steps`` has the derivatives by steps, too: where a formula repeats what an earlier one has computed, a book
    uses that one's cells, and the derivative by these is by both uses.
    """
    run = TorchArrays(book, with_steps)
    for _ in range(book.template.training.iterations + 1):
        run.row()
    return run.found


def is_between(graph: ArrayGraph, name: str) -> bool:
    """Whether a column is of an array that the text has no name for, or a derivative by what is no variable."""
    quantity = graph.quantity(name)
    if graph.local(quantity) is not None:
        return True
    of = graph.array_of(quantity)
    return bool(of) and of not in graph.variables and (quantity.of is not None or of not in graph.formulas)
