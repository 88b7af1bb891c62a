"""A template's computation graph trained in PyTorch.

The objective is the template's own text, evaluated by Python on tensors, so that xlbp's reading of formulas is
on trial, too; its derivatives are autograd's.  The single operations, which are cells of the book, are then taken one
by one from xlbp's steps: their values, their local derivatives, and the total derivative of the objective by each.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn import functional

from parity.books import Book
from parity.optimizers import clip, kept, make_optimizer, make_schedule, numbers, shared
from xlbp.template.graph import Graph
from xlbp.template.names import local, total, updated

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib

Values = dict[str, list[float]]


def on_tensors(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A formula may hand plain numbers over; PyTorch wants tensors of one shape."""
    return lambda *args: function(*torch.broadcast_tensors(*map(torch.as_tensor, args)))


def first_of_many(function: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    """Of two, or of more from left to right."""

    def folded(*args: Tensor) -> Tensor:
        value, *rest = args
        for other in rest:
            value = function(value, other)
        return value

    return folded


NAMES = ("exp", "log", "sqrt", "tanh", "sigmoid", "relu", "sin", "cos", "abs")
FUNCTIONS = {name: on_tensors(getattr(torch, name)) for name in NAMES} | {
    "softplus": on_tensors(lambda z: functional.softplus(z, threshold=700)),
    "max": on_tensors(first_of_many(torch.maximum)),
    "min": on_tensors(first_of_many(torch.minimum)),
}
OPERATIONS: dict[str, Callable[..., Tensor]] = FUNCTIONS | {
    "copy": lambda x: torch.as_tensor(x) * 1,
    "neg": lambda x: -x,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
}


class TorchGraph:
    """The variables as scalar leaves, and what is recorded of every iteration."""

    def __init__(self, book: Book) -> None:
        assert isinstance(book.template.model, Graph)
        self.graph, self.training, self.found = book.template.model, book.template.training, Values()
        self.variables = {k: torch.tensor(v, requires_grad=True) for k, v in self.graph.variables.items()}
        self.fixed = {k: torch.tensor(v) for k, v in self.graph.fixed.items()}
        self.steps: list[str] = tomllib.loads(book.template.text)["expression"]["steps"]
        self.optimizer = make_optimizer(self.training, list(self.variables.values()), self.graph.maximize)
        self.schedule = make_schedule(self.training, self.optimizer)

    def put(self, name: str, value: float | Tensor) -> None:
        """Record one number."""
        self.found.setdefault(name, []).append(value.item() if isinstance(value, Tensor) else float(value))

    def put_variables(self, pattern: Callable[[str], str], value: Callable[[Tensor], Tensor]) -> None:
        """Record a quantity of every variable."""
        for name, variable in self.variables.items():
            self.put(pattern(name), value(variable))

    def objective(self) -> Tensor:
        """The template's own steps; what Python can't read is no formula."""
        scope: dict[str, object] = {**FUNCTIONS, **self.variables, **self.fixed}
        for step in self.steps:
            name, _, formula = step.partition("=")
            tree = compile(ast.parse(formula.strip(), mode="eval"), "step", "eval")
            scope[name.strip()] = torch.as_tensor(eval(tree, {"__builtins__": {}}, scope))
        value = scope[self.graph.objective]
        assert isinstance(value, Tensor)
        return value

    def operations(self) -> None:
        """The value of each operation, the slope along each edge, and the objective's by each node."""
        nodes: dict[str, Tensor] = {**self.variables, **self.fixed}
        for step in self.graph.steps:
            nodes[step.name] = OPERATIONS[step.operation](*self.arguments(nodes, step.arguments))
            self.put(step.name, nodes[step.name])
        for step, source in self.graph.edges():
            leaves = {name: nodes[name].detach().requires_grad_() for name in step.sources}
            value = OPERATIONS[step.operation](*self.arguments(leaves, step.arguments))
            self.put(local(step.name, source), _slope(value, leaves[source]))
        for name in self.graph.active():
            self.put(total(self.graph.objective, name), _slope(nodes[self.graph.objective], nodes[name]))

    @staticmethod
    def arguments(nodes: Mapping[str, Tensor], given: tuple[str | float, ...]) -> list[Tensor]:
        """Names as the tensors they stand for, numbers as tensors of their own."""
        return [nodes[a] if isinstance(a, str) else torch.tensor(a) for a in given]

    def row(self) -> None:
        """One iteration, recorded."""
        self.put_variables(str, lambda v: v)
        self.operations()
        value = self.objective()
        self.found[self.graph.objective][-1] = value.item()  # of the text, not of the steps
        gradients = torch.autograd.grad(value, list(self.variables.values()), allow_unused=True)
        for (name, variable), gradient in zip(self.variables.items(), gradients, strict=True):
            variable.grad = torch.zeros(()) if gradient is None else gradient.clone()
            self.found[total(self.graph.objective, name)][-1] = variable.grad.item()
        self.update()

    def update(self) -> None:
        """Clip, step, and record what the optimizer keeps."""
        training, optimizer, some = self.training, self.optimizer, next(iter(self.variables.values()))
        self.put(":rate", optimizer.param_groups[0]["lr"])
        for name, value in clip(training, list(self.variables.values())).items():
            self.put(name, value)
        decay = 0.0 if training.optimizer in ("adamw", "lion") else numbers(training).get("weight_decay", 0.0)
        sign = -1 if self.graph.maximize else 1
        self.put_variables("g:{}".format, lambda v: sign * v.grad + decay * v)
        optimizer.step()
        for letter in kept(training, optimizer, some):
            self.put_variables(f"{letter}:{{}}".format, lambda v, k=letter: kept(training, optimizer, v)[k])
        for name, value in shared(training, optimizer, some).items():
            self.put(name, value)
        self.schedule.step()
        self.put_variables(updated, lambda v: v)


def _slope(value: Tensor, by: Tensor) -> Tensor:
    """Dvalue / dby, 0 where nothing leads there."""
    if not value.requires_grad or not by.requires_grad:
        return torch.zeros(())
    [found] = torch.autograd.grad(value, by, allow_unused=True, retain_graph=True)
    return torch.zeros(()) if found is None else found


def trained(book: Book) -> Values:
    """Every quantity by name, a number for each iteration."""
    run = TorchGraph(book)
    for _ in range(book.template.training.iterations + 1):
        run.row()
    return run.found
