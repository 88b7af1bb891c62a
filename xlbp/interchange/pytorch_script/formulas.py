"""Formulas of named variables: tensors that autograd follows, and the template's own steps."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

import numpy as np

from xlbp.interchange import described
from xlbp.interchange.formulas import Arrays, Writer, arrays_of, formulas_of, segment
from xlbp.interchange.literals import statement
from xlbp.interchange.source import Source
from xlbp.template.array_views import elements

TAKEN = (  # names that the script has for something else
    *("torch", "nn", "functional", "math", "optimizer", "scheduler", "learning_rate", "Lion"),
    *("print", "range", "iteration", "dict", "super", "float"),
)
OWN = {"softplus": "functional.softplus({x}, threshold=700)"}  # above 20 PyTorch would take x itself, 2e-9 off
PAIRS = {"max": "torch.maximum", "min": "torch.minimum"}
REDUCTIONS = {"sum": "torch.sum", "mean": "torch.mean", "var": "torch.var", "max": "torch.amax", "min": "torch.amin"}
ALONG = ("softmax", "log_softmax", "logsumexp")


class TorchWriter(Writer):
    """Formulas of tensors."""

    def number(self, text: str) -> str:
        """A tensor of doubles."""
        value = np.array(ast.literal_eval(text), dtype=np.float64) if _is_literal(text) else None
        return f"torch.tensor({text} * 1.0)" if value is None else f"torch.tensor({value.tolist()!r})"

    def stacked(self, parts: Sequence[str]) -> str:
        """torch.stack."""
        return f"torch.stack([{', '.join(parts)}])"

    def flipped(self, value: str, axis: int) -> str:
        """PyTorch has no slices with negative steps."""
        return f"{value}.flip({axis})"

    def turned(self, value: str, axes: int) -> str:
        """PyTorch's .T is of matrices."""
        return f"{value}.mT" if axes == 2 else f"{value}.permute({', '.join(map(str, reversed(range(axes))))})"

    def call(self, text: str, node: ast.Call, arguments: Sequence[str]) -> str:
        """PyTorch's own function."""
        assert isinstance(node.func, ast.Name)
        name, keywords = node.func.id, {k.arg: segment(text, k.value) for k in node.keywords}
        if name in PAIRS and len(arguments) > 1:
            return _folded(PAIRS[name], arguments)
        if name in REDUCTIONS:
            shape = self.shape(segment(text, node.args[0]))
            return f"{REDUCTIONS[name]}({', '.join([arguments[0], *_along(name, keywords, len(shape))])})"
        if name in ALONG:
            keeps = ", keepdim=True" if keywords.get("keepdims") == "True" else ""
            return f"torch.{name}({arguments[0]}, dim={keywords.get('axis', '-1')}{keeps})"
        if name == "concat":
            return f"torch.cat([{', '.join(arguments)}], dim={keywords.get('axis', '-1')})"
        if name == "reshape":
            return f"torch.reshape({arguments[0]}, {_sizes(text, node)})"
        return OWN.get(name, f"torch.{'matmul' if name == 'dot' else name}({{x}})").format(x=", ".join(arguments))


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except ValueError:
        return False
    return True


def _folded(function: str, arguments: Sequence[str]) -> str:
    """Two by two from the left."""
    value = arguments[0]
    for other in arguments[1:]:
        value = f"{function}({value}, {other})"
    return value


def _along(name: str, keywords: dict[str | None, str], axes: int) -> list[str]:
    """Axes as PyTorch has them; var divides by n."""
    keeps, axis = keywords.get("keepdims") == "True", keywords.get("axis", "None")
    if axis == "None" and keeps:
        axis = str(tuple(range(axes)))
    options = [] if axis in ("None", "()") else [f"dim={axis}"]
    options += ["correction=0"] if name == "var" else []
    return options + (["keepdim=True"] if keeps and axes else [])


def _sizes(text: str, node: ast.Call) -> str:
    """``(2, 3)``."""
    sizes = node.args[1:]
    parts = sizes[0].elts if len(sizes) == 1 and isinstance(sizes[0], ast.Tuple | ast.List) else sizes
    return f"({', '.join(segment(text, part) for part in parts)}{',' if len(parts) == 1 else ''})"


def _renamed(arrays: Arrays) -> dict[str, str]:
    """Another name for each that the script needs."""
    renamed: dict[str, str] = {}
    for name in arrays.shapes.keys() & {*TAKEN}:
        other = f"{name}_"
        while other in arrays.shapes:
            other += "_"
        renamed[name] = other
    return renamed


def variable_lines(source: Source) -> tuple[list[str], list[str]]:
    """The names of the variables that training moves; and the lines that make these, and the constants in use."""
    arrays = arrays_of(source)
    renamed = _renamed(arrays)
    used = {name for formula in formulas_of(source) for name in formula.uses}
    lines: list[str] = []
    for name in arrays.variables:
        comment = described.parameters(source, elements(name, arrays.shapes[name]))
        lines += _tensor(source, name, renamed, ", requires_grad=True)", comment)
    constants = [name for name in arrays.constants if name in used]
    lines += [""] if constants else []
    for name in constants:
        lines += _tensor(source, name, renamed, ")")
    return [renamed.get(name, name) for name in arrays.variables], lines


def _tensor(source: Source, name: str, renamed: Mapping[str, str], after: str, comment: str = "") -> list[str]:
    shape = arrays_of(source).shapes[name]
    array = np.array([source.numbers[element] for element in elements(name, shape)]).reshape(shape)
    return statement(f"{renamed.get(name, name)} = torch.tensor(", array, after, comment)


def formula_lines(source: Source) -> tuple[list[str], str]:
    """The steps, and what the objective is called."""
    arrays = arrays_of(source)
    writer = TorchWriter(arrays, _renamed(arrays))
    lines = [writer.assignment(formula) for formula in formulas_of(source)]
    return lines, writer.name(source.template.model.objective)
