"""Random formulas of arrays: small shapes, every operation, and NumPy's own reading of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np

Shape = tuple[int, ...]
SMOOTH = ("tanh", "sigmoid", "softplus", "sin", "cos")
KINKED = ("abs", "relu")


def _axis(axis: int | tuple[int, ...] | None) -> str:
    return "" if axis is None else f", axis={axis}"


def _nested(values: Any) -> str:
    return str(np.round(values, 2).tolist())


@dataclass
class Formulas:
    """Steps one after the other; ``arrays`` are those that may be used, with their shapes."""

    random: Random
    arrays: dict[str, Shape] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    backward: bool = True  # whether slices may go backward

    def number(self, shape: Shape) -> Any:
        """Numbers far enough from each other that no step of a difference changes which is the largest."""
        return np.round([self.random.uniform(-1, 1) for _ in range(math.prod(shape))], 2).reshape(shape)

    def given(self, prefix: str, count: int) -> dict[str, Any]:
        """Some arrays of given numbers."""
        found = {}
        for number in range(count):
            rank = self.random.choice([0, 1, 1, 2, 2, 3])
            shape = tuple(self.random.choice([1, 2, 2, 3]) for _ in range(rank))
            found[f"{prefix}{number}"] = self.number(shape)
            self.arrays[f"{prefix}{number}"] = shape
        return found

    def pick(self, least: int = 0) -> tuple[str, Shape]:
        """An array with so many axes at least, the later ones more often; a new axis where there is none."""
        fitting = [(name, shape) for name, shape in self.arrays.items() if len(shape) >= least]
        if fitting:
            return self.random.choice(fitting[-6:] if self.random.random() < 0.6 else fitting)
        name, shape = self.random.choice(list(self.arrays.items()))
        return f"{name}[{', '.join(['None'] * least)}]", (1,) * least + shape

    def step(self) -> None:
        """One more step, of a random kind."""
        makers: list[Callable[[], tuple[str, Shape]]] = [
            *(self.elementwise, self.elementwise, self.unary, self.product, self.reduced, self.reduced, self.view),
            *(self.view, self.stacked, self.joined, self.softmax, self.extreme, self.power),
        ]
        text, shape = self.random.choice(makers)()
        if math.prod(shape) > 40 or len(shape) > 4:
            text, shape = f"mean({text})", ()
        name = f"s{len(self.steps)}"
        self.steps.append(f"{name} = {text}")
        self.arrays[name] = shape

    def partner(self, shape: Shape) -> str:
        """Something that broadcasts with an array of this shape."""
        fitting = []
        for name, other in self.arrays.items():
            try:
                np.broadcast_shapes(shape, other)
            except ValueError:
                continue
            fitting.append(name)
        return self.random.choice(fitting) if fitting and self.random.random() < 0.8 else "0.7"

    def shape(self, text: str) -> Shape:
        """What NumPy says of a formula's shape."""
        return np.shape(read(text, {name: np.ones(shape) for name, shape in self.arrays.items()}))

    def elementwise(self) -> tuple[str, Shape]:
        name, shape = self.pick()
        other = self.partner(shape)
        pattern = self.random.choice(
            ["{} + {}", "{} - {}", "{} * {}", "{} / (2 + {}**2)", "max({}, {})", "min({}, {})"]
        )
        text = pattern.format(*self.random.choice([(name, other), (other, name)]))
        return text, self.shape(text)

    def unary(self) -> tuple[str, Shape]:
        name, shape = self.pick()
        text = self.random.choice([*(f"{f}({name})" for f in (*SMOOTH, *KINKED)), f"exp({name} / 4)", f"-{name}"])
        return self.random.choice([text, f"sqrt(1 + {name}**2)", f"log(2 + {name} * {name})"]), shape

    def power(self) -> tuple[str, Shape]:
        name, shape = self.pick()
        return self.random.choice([f"{name}**2", f"{name}**3", f"(1.5 + tanh({name}))**{name}"]), shape

    def product(self) -> tuple[str, Shape]:
        name, shape = self.pick(1)
        fitting = []
        for other in self.arrays:
            for text in (f"{name} @ {other}", f"{name} @ {other}.T", f"{name}.T @ {other}", f"{name} @ {other}.mT"):
                try:
                    fitting.append((text, self.shape(text)))
                except (ValueError, IndexError):
                    continue
        return self.random.choice(fitting) if fitting else (f"tanh({name})", shape)

    def reduced(self) -> tuple[str, Shape]:
        name, shape = self.pick(1)
        axis = self.random.choice([None, *range(len(shape)), -1, (0, -1) if len(shape) > 1 else None])
        keep = self.random.choice(["", ", keepdims=True"])
        text = f"{self.random.choice(['sum', 'mean', 'var'])}({name}{_axis(axis)}{keep})"
        return text, self.shape(text)

    def extreme(self) -> tuple[str, Shape]:
        name, shape = self.pick(1)
        axis = self.random.choice([None, *range(len(shape)), -1])
        text = f"{self.random.choice(['max', 'min'])}({name}{_axis(axis)})"
        return text, self.shape(text)

    def softmax(self) -> tuple[str, Shape]:
        name, shape = self.pick(1)
        axis = self.random.choice([None, *range(len(shape))])
        text = f"{self.random.choice(['softmax', 'log_softmax', 'logsumexp'])}({name}{_axis(axis)})"
        return text, self.shape(text)

    def view(self) -> tuple[str, Shape]:
        name, shape = self.pick(1)
        parts = [self.part(extent) for extent in shape[: self.random.randint(1, len(shape))]]
        if self.random.random() < 0.3:
            parts.insert(self.random.randint(0, len(parts)), "None")
        views = [
            f"{name}[{', '.join(parts)}]",
            f"{name}.T",
            f"{name}.mT",
            f"reshape({name}, -1)",
            f"reshape({name}, 1, -1)",
        ]
        text = self.random.choice([views[0], *views])
        text = self.random.choice([text, f"tanh({text})", f"{text} * 2", f"{text} + {text}"])
        return text, self.shape(text)

    def part(self, extent: int) -> str:
        """An index, or a slice that takes something."""
        at = self.random.randrange(extent)
        return self.random.choice(
            [str(at), str(at - extent), ":", f"{at}:", f":{at + 1}", "::-1" if self.backward else ":", "::2"]
        )

    def stacked(self) -> tuple[str, Shape]:
        name, shape = self.pick()
        same = [other for other, extents in self.arrays.items() if extents == shape]
        text = f"[{name}, {self.random.choice(same)}]"
        text = self.random.choice(
            [text, f"sin({text})", f"[{', '.join(['0.5', name] if not shape else [name, name])}]"]
        )
        return text, self.shape(text)

    def joined(self) -> tuple[str, Shape]:
        name, shape = self.pick(1)
        axis = self.random.choice([None, *range(len(shape))])
        at = -1 if axis is None else axis
        fitting = [
            other
            for other, extents in self.arrays.items()
            if len(extents) == len(shape)
            and all(a == b for n, (a, b) in enumerate(zip(extents, shape, strict=True)) if n != at % len(shape))
        ]
        text = f"concat({name}, {self.random.choice(fitting)}{_axis(axis)})"
        text = self.random.choice([text, f"tanh({text})"])
        return text, self.shape(text)


def random_arrays(random: Random, steps: int = 7, iterations: int = 3, backward: bool = True) -> str:
    """A template of arrays, whose objective depends on every step that is left over, and on every variable."""
    formulas = Formulas(random, backward=backward)
    variables = formulas.given("v", random.randint(1, 3))
    variables["v0"] = formulas.number((2, 2))
    formulas.arrays["v0"] = (2, 2)
    constants = formulas.given("c", random.randint(0, 2))
    for _ in range(steps):
        formulas.step()
    used = " ".join(text.partition("=")[2] for text in formulas.steps)
    left = [name for name in formulas.arrays if f"{name} " not in f"{used} " or name[0] in "vs"]
    loss = " + ".join(f"{random.choice(['sum', 'mean'])}(tanh({name}))" for name in left if name[0] != "c")
    lines = [
        "[expression]",
        f"variables = {{ {', '.join(f'{name} = {_nested(values)}' for name, values in variables.items())} }}",
        f"constants = {{ {', '.join(f'{name} = {_nested(values)}' for name, values in constants.items())} }}",
        "steps = [",
        *(f"  {text!r}," for text in [*formulas.steps, f"E = {loss}"]),
        "]",
        "[training]",
        f"iterations = {iterations}",
        "learning_rate = 0.05",
    ]
    return "\n".join(lines).replace("'", '"')


# NumPy's own reading of a formula, by Python's own eval: values only


def _softmax(x: Any, axis: int = -1) -> Any:
    powers = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _logsumexp(x: Any, axis: int = -1, keepdims: bool = False) -> Any:
    return np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims))


def _extreme(elementwise: Any, along: Any) -> Any:
    def apply(first: Any, *others: Any, axis: int | None = None, keepdims: bool = False) -> Any:
        for other in others:
            first = elementwise(first, other)
        return first if others else along(first, axis=axis, keepdims=keepdims)

    return apply


NUMPY: dict[str, Any] = {
    **{
        name: getattr(np, name)
        for name in ("exp", "log", "sqrt", "tanh", "sin", "cos", "abs", "sum", "mean", "var", "dot")
    },
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0),
    "softplus": lambda x: np.logaddexp(x, 0),
    "max": _extreme(np.maximum, np.max),
    "min": _extreme(np.minimum, np.min),
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "log_softmax": lambda x, axis=-1: x - _logsumexp(x, axis, keepdims=True),
    "concat": lambda *arrays, axis=-1: np.concatenate(arrays, axis=axis),
    "reshape": lambda x, *shape: np.reshape(x, shape),
}


class Listed(np.ndarray[Any, Any]):
    """An array that takes part in ``[a, b]`` and has ``.mT`` in older versions of NumPy, too."""

    @property
    def mT(self) -> Any:
        """The last two axes turned round."""
        return self if self.ndim < 2 else np.swapaxes(self, -1, -2)


def read(text: str, arrays: dict[str, Any]) -> Any:
    """What NumPy makes of a formula; ``[a, b]`` is a list, which becomes an array."""
    seen = {name: np.asarray(value, dtype=float).view(Listed) for name, value in arrays.items()}
    return np.asarray(eval(stacks_as_calls(text), {"__builtins__": {}}, {**NUMPY, **seen, "stacked": _stack}))


def _stack(*parts: Any) -> Any:
    return np.stack([np.asarray(part, dtype=float) for part in parts]).view(Listed)


def stacks_as_calls(text: str) -> str:
    """``[a, b]`` where it is no index as a call, for a list has no arithmetic."""
    out, closing = "", []
    for place, letter in enumerate(text):
        if letter == "[":
            before = text[:place].rstrip()[-1:]
            is_index = before.isalnum() or before in (")", "]", "_")
            closing.append("]" if is_index else ")")
            out += "[" if is_index else "stacked("
        else:
            out += closing.pop() if letter == "]" else letter
    return out
