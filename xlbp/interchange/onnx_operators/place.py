"""Where an operator is read, and what it takes: values of the draft as ONNX shows them, and arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlbp.interchange.draft import ROWS, Draft, Numbers, Value

SAMPLES, ONE = "samples", "one"  # axes that a value of the draft has not: that of the samples, and one of size 1


@dataclass(frozen=True, eq=False)
class Constant:
    """An array that depends on no input: the initializers it is made of, and how."""

    array: NDArray[Any]
    roots: tuple[str, ...] = ()
    view: str = ""

    @property
    def turned(self) -> Constant:
        """With its two axes changed."""
        return replace(self, array=self.array.T, view=turned_view(self.view))

    @property
    def numbers(self) -> Numbers:
        """As a parameter of a layer."""
        return Numbers(np.asarray(self.array, dtype=np.float64), key=" ".join(self.roots), view=self.view)

    def rows(self, first: int, last: int) -> Numbers:
        """Some of its rows as a parameter."""
        whole = self.numbers
        view = f"{ROWS}{first}-{last} {self.view}" if (first, last) != (0, len(whole.array)) else self.view
        return replace(whole, array=whole.array[first:last], view=view)


TURNED = " turned"


def turned_view(view: str) -> str:
    """Turned round twice is not turned."""
    return view.removesuffix(TURNED) if view.endswith(TURNED) else view + TURNED


@dataclass(frozen=True, eq=False)
class Prepared:
    """The samples, or what the model computes of them before its first layer; and which axis is theirs."""

    array: NDArray[Any]
    axis: int = 0


@dataclass(frozen=True, eq=False)
class Shown:
    """A value of the draft as ONNX has its axes: numbers of the value's own axes, SAMPLES, and ONE.

    ``scaled`` are the operations that bring outputs back into the units of the data.
    """

    value: Value
    axes: tuple[int | str, ...]
    scaled: tuple[tuple[str, Any], ...] = ()  # by the operator's name, its numbers along the value's axes


@dataclass(frozen=True, eq=False)
class Stacked:
    """The last states of several recurrent layers along an axis of their own, as PyTorch's exporter joins them."""

    parts: tuple[Shown, ...]


@dataclass(frozen=True)
class Place:
    """Where something is read: the node, its attributes, how many samples there are, how exact its floats are meant."""

    draft: Draft
    name: str
    operator: str
    attributes: Mapping[str, Any]
    samples: int
    is_double: bool
    opset: int
    outputs: tuple[str, ...] = ()
    entering: Callable[[Prepared], Value] = field(repr=False, default=lambda _: Value(0, ()))

    @property
    def told(self) -> str:
        """``/fc1/Gemm: Gemm``."""
        return f"{self.name or self.outputs[0]}: {self.operator}"

    def refuse(self, why: str) -> NoReturn:
        """Raise UsageError with the place."""
        self.draft.refuse(self.told, why)

    def plain(self, operand: Any) -> Value:
        """A value whose samples come first; data that a layer takes are the draft's from now on."""
        if isinstance(operand, Prepared):
            return self.entering(operand)
        if not isinstance(operand, Shown):
            self.refuse("it needs what a layer gives, but takes plain numbers")
        if operand.scaled:
            self.refuse("it takes what was multiplied by numbers; a template scales inputs and targets alone")
        axes = tuple(axis for axis in operand.axes if axis != ONE)
        if axes[:1] != (SAMPLES,):
            what = "attention of several heads comes by xlbp.from_torch, or from a model of xlbp's"
            self.refuse(f"the samples are not its first axis; transpose them to the front ({what})")
        places = [axis for axis in axes if isinstance(axis, int)]
        return self.draft.permuted(operand.value, places) if places != list(range(len(places))) else operand.value

    def shown(self, value: Value) -> Shown:
        """A value with its samples first."""
        return Shown(value, (SAMPLES, *range(len(value.axes))))

    def constant(self, operand: Any, what: str) -> Constant:
        """An array that depends on no input."""
        if not isinstance(operand, Constant):
            self.refuse(f"its {what} come from a layer; a template has parameters for them")
        return operand

    def numbers(self, operand: Any, what: str) -> Numbers | None:
        """A parameter that may be missing."""
        return None if operand is None else self.constant(operand, what).numbers

    def number(self, key: str, usual: float) -> float:
        """An attribute that is a float: its decimal digits, but all of its bits where the model is in doubles."""
        value = np.float32(self.attributes.get(key, usual))
        return float(value) if self.is_double else float(str(value))

    def must_be(self, **usual: Any) -> None:
        """Refuse attributes other than these."""
        for key, value in usual.items():
            met = self.attributes.get(key, value)
            met = met.decode() if isinstance(met, bytes) else met
            if met != value:
                self.refuse(f"{key} is {met}, which a template has not; take {key} = {value}")


Reader: TypeAlias = Callable[[Place, Sequence[Any]], Any]


def letters(at: Place) -> list[str]:
    """Which parameters a function of ours takes, in order."""
    return list(at.attributes["parameters"].decode().split())
