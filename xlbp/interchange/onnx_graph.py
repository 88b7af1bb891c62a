"""An ONNX graph as it is written: node after node, in double precision, with functions of its own where ONNX has none.

Attributes of ONNX are single floats: 0.01 as one is off by 2e-10.  So a number that a float can't hold is an input of
the node, and what has no such input is a function of the domain ``xlbp``, whose body is made of plain operators; every
runtime unfolds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlbp.interchange.packages import needed

OPSET = 18  # ONNX Runtime from 1.14 on takes it
IR_VERSION = 8
DOMAIN = "xlbp"
Array = NDArray[Any]


@dataclass(frozen=True)
class Function:
    """What ONNX has no operator for: what its inputs are called in its body, and what writes that.

    ``told`` tells apart those of one name whose bodies differ; ``body`` returns the name of what comes out.
    """

    name: str
    inputs: tuple[str, ...]
    body: Callable[[OnnxGraph], str] = field(compare=False)
    told: tuple[Any, ...] = ()


class OnnxGraph:
    """Nodes in the order of computation, and the arrays that they take; values are called by their names."""

    def __init__(self) -> None:
        self.helper = needed("onnx.helper", "writing an ONNX model")
        self.from_array = needed("onnx.numpy_helper", "writing an ONNX model").from_array
        self.nodes: list[Any] = []
        self.arrays: dict[str, Array] = {}
        self.functions: dict[str, tuple[Function, Any]] = {}  # by what a node calls it: and its proto
        self.called: set[str] = set()

    def array(self, name: str, value: Any) -> str:
        """An array that nodes may take; a second one of the same name is the first."""
        self.arrays.setdefault(name, np.asarray(value))
        self.called.add(name)
        return name

    def whole(self, *numbers: int) -> str:
        """Whole numbers, as shapes and axes are."""
        return self.array(f"whole_{'_'.join(map(str, numbers))}".replace("-", "minus"), np.array(numbers, np.int64))

    def whole_number(self, number: int) -> str:
        """A single one, as a place along an axis is."""
        return self.array(f"number_{number}", np.array(number, np.int64))

    def add(self, operator: str, *inputs: str, name: str = "", domain: str = "", **attributes: Any) -> str:
        """A node of one output, called ``name`` unless another is; returns what it is called."""
        output = self.free(name or operator.lower())
        self.nodes.append(self.helper.make_node(operator, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def add_several(self, operator: str, inputs: tuple[str, ...], outputs: tuple[str, ...], **attributes: Any) -> None:
        """A node of several outputs; of those that nobody takes the name is ''."""
        self.called |= set(outputs)
        name = self.free(operator.lower())
        self.nodes.append(self.helper.make_node(operator, inputs, outputs, name=name, **attributes))

    def call(self, function: Function, *inputs: str, name: str = "", **settings: Any) -> str:
        """A node that is a function of ours; its ``settings`` are there to be read, the body has them already."""
        number, called = 1, function.name
        while called in self.functions and self.functions[called][0] != function:
            number += 1
            called = f"{function.name}_{number}"
        if called not in self.functions:
            self.functions[called] = function, self._function(called, function, tuple(settings))
        return self.add(called, *inputs, name=name or function.name.lower(), domain=DOMAIN, **settings)

    def _function(self, called: str, function: Function, settings: tuple[str, ...]) -> Any:
        inner = OnnxGraph()
        inner.called |= set(function.inputs)
        output = function.body(inner)
        constants = [
            self.helper.make_node("Constant", [], [key], value=self.from_array(value, key))
            for key, value in inner.arrays.items()
        ]
        return self.helper.make_function(
            *(DOMAIN, called, list(function.inputs), [output], [*constants, *inner.nodes]),
            opset_imports=[self.helper.make_opsetid("", OPSET)],
            attributes=list(settings),
        )

    def free(self, name: str) -> str:
        """The name, or the first with a number behind it that nothing has yet."""
        number, free = 1, name
        while free in self.called:
            number += 1
            free = f"{name}_{number}"
        self.called.add(free)
        return free

    def model(self, name: str, inputs: list[Any], outputs: list[Any], about: str, facts: dict[str, str]) -> bytes:
        """The whole model, checked, as the bytes of its file."""
        arrays = [self.from_array(value, key) for key, value in self.arrays.items()]
        graph = self.helper.make_graph(self.nodes, name, inputs, outputs, arrays, doc_string=about)
        opsets = [self.helper.make_opsetid("", OPSET)]
        opsets += [self.helper.make_opsetid(DOMAIN, 1)] if self.functions else []
        functions = [proto for _, proto in self.functions.values()]
        made = self.helper.make_model(
            graph, opset_imports=opsets, functions=functions, producer_name="xlbp", doc_string=about
        )
        made.producer_version, made.ir_version = facts["xlbp"], IR_VERSION
        self.helper.set_model_props(made, facts)
        needed("onnx.checker", "writing an ONNX model").check_model(made, full_check=False)
        written: bytes = made.SerializeToString()
        return written
