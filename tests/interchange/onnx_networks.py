"""Networks that go to ONNX and back: exported, computed by onnx's reference evaluator, and read again."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from xlbp.interchange.onnx_model import write
from xlbp.interchange.source import Source
from xlbp.reference.train import answers, train
from xlbp.template.template import Template

Array = NDArray[np.float64]


class Numbers(Source):
    """A training with the template's own numbers; that has nothing to do with where these stand on a sheet."""

    def __init__(self, template: Template) -> None:
        object.__setattr__(self, "_template", template)
        object.__setattr__(self, "numbers", template.inputs())

    @property
    def template(self) -> Template:
        return self._template  # type: ignore[attr-defined,no-any-return]


def exported(template: Template, iteration: int) -> Any:
    """The model of an iteration."""
    return onnx.load_model_from_string(write(Numbers(template), iteration))


def samples_of(template: Template) -> Array:
    """All samples as they are given, (N, ...)."""
    network = template.model.network
    shape = (len(network.given),) if network.data.features else network.input_shape
    return np.array([network.given_of(n) for n in range(len(network.inputs))]).reshape(-1, *shape)


def targets_of(template: Template) -> Array:
    """All targets, (N, ...)."""
    network = template.model.network
    return np.array(network.targets).reshape(len(network.targets), *network.target_shape)


def computed(model: Any, samples: Array, takes_tokens: bool = False) -> Array:
    """What the reference evaluator computes."""
    [output] = ReferenceEvaluator(model).run(None, {"x": samples.astype(np.int64) if takes_tokens else samples})
    return np.asarray(output)


def answered(template: Template, iteration: int) -> Array:
    """What the book's network answers to its own samples with the parameters of an iteration, (N, numbers)."""
    network = template.model.network
    history = train(template)
    moved = {name: float(history[name][iteration]) for name in template.entered_with}
    given = answers(template, template.inputs(), moved, samples_of(template))
    return np.stack([given[name] for name in network.predicted], axis=1)


def model_of(
    nodes: list[Any], inputs: dict[str, tuple[int | str, ...]], arrays: dict[str, Any], opset: int = 18
) -> Any:
    """A model made by hand, whose output is called y; arrays are in the precision that they have."""
    kind = next((helper.np_dtype_to_tensor_dtype(a.dtype) for a in arrays.values() if a.dtype.kind == "f"), 11)
    entries = [helper.make_tensor_value_info(name, kind, shape) for name, shape in inputs.items()]
    outputs = [helper.make_empty_tensor_value_info("y")]
    tensors = [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, "by hand", entries, outputs, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
