"""From an ONNX model to a template: node after node, what no layer stands before being computed on the samples.

A model of the standard operators that a template has layers for, or one that xlbp has exported.  Nothing of it is run
but its arithmetic, by onnx's reference evaluator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import UnreadableError, UsageError, counted, reading
from xlbp.interchange.asked import array_of
from xlbp.interchange.draft import Along, Draft, Value
from xlbp.interchange.drafted_text import About, Samples, Training, scaling_of
from xlbp.interchange.made_template import Read, template_of
from xlbp.interchange.model_files import bytes_of_model
from xlbp.interchange.onnx_graph import DOMAIN
from xlbp.interchange.onnx_operators.place import Constant, Place, Prepared, Shown, Stacked, turned_view
from xlbp.interchange.onnx_operators.table import OPERATORS, OWN_FUNCTIONS, PREPARING, WITHOUT
from xlbp.interchange.packages import needed
from xlbp.interchange.written_attention import Scores
from xlbp.template.template import Template

WHAT = "reading an ONNX model"
DOUBLE = 11  # onnx.TensorProto.DOUBLE
ALIKE = {True: 1e-10, False: 1e-4}  # how far the template's answers may be off the model's: in doubles, or not
KEEPING = ("Identity", "Cast", "Unsqueeze", "Squeeze")  # operators that leave a parameter what it is
PREPARED = "The samples are written as the model prepares them before its first layer, with {}."
BROUGHT_BACK = "The targets are written as the model has them before it brings its answers back, with {}."


def template_of_onnx(
    model: Any, inputs: Any, targets: Any, training: Training, about: About, output: str = ""
) -> Template:
    """A template of an ONNX model, or of the file of one; see :func:`xlbp.from_onnx`."""
    proto = loaded(model)
    about = replace(about, title=about.title or f"{proto.graph.name or 'a model'} of ONNX")
    given = Samples(array_of(inputs, "inputs"), array_of(targets, "targets"))
    return template_of_proto(proto, given, training, about, output)


def template_of_proto(proto: Any, given: Samples, training: Training, about: About, output: str = "") -> Template:
    """The template of a model; of one that xlbp has exported, its loss stands for one that is not told."""
    facts = {prop.key: prop.value for prop in proto.metadata_props}
    known = facts.get("loss") if proto.producer_name == DOMAIN else None
    told = replace(training, loss=training.loss if training.loss is not None else known)
    return template_of(read_proto(proto, given.inputs, output), given, told, about)


def read_proto(proto: Any, inputs: Any, output: str = "") -> Read:
    """The model, read on these samples."""
    reader = _Reader(proto, output)
    samples = reader.prepared(inputs)
    value, answers, scaled = reader.read()
    axes = [axis.what for axis in reader.draft.data]
    if not np.array_equal(samples, reader.data) and not scaling_of(np.asarray(inputs), reader.data, axes):
        reader.draft.note(PREPARED.format(", ".join(reader.preparing) or "its axes in another order"))
    if scaled:
        reader.draft.note(BROUGHT_BACK.format(", ".join(operator for operator, _ in scaled)))
    before = partial(reader.as_read, value=value, scaled=scaled)
    return Read(reader.draft, value, reader.data, answers, ALIKE[reader.is_double], before)


def sizes_of(proto: Any) -> tuple[int | None, ...]:
    """How far the axes of a sample go; None of one that may be of any length."""
    return tuple(dim.dim_value or None for dim in _input_of(proto).type.tensor_type.shape.dim[1:])


def _input_of(proto: Any) -> Any:
    """The model's one input.  Raises UsageError where it has none, or several."""
    arrays = {tensor.name for tensor in proto.graph.initializer}
    entries = [entry for entry in proto.graph.input if entry.name not in arrays]
    if len(entries) != 1:
        names = ", ".join(entry.name for entry in entries) or "none"
        raise UsageError(f"the model has {counted(len(entries), 'input')}, {names}; a template has one")
    return entries[0]


def loaded(model: Any) -> Any:
    """The model; of a path what stands there, checked.  Raises UnreadableError where numbers lie in files beside it."""
    onnx = needed("onnx", WHAT)
    if isinstance(model, onnx.ModelProto):
        _refuse_files_beside(onnx, model, "the model")
        return model
    if not isinstance(model, str | Path):
        raise UsageError(f"from_onnx takes a path or an onnx.ModelProto, not {type(model).__name__}")
    path = Path(model)
    content = bytes_of_model(path)
    with reading(path, "the ONNX model"):
        proto = onnx.load_model_from_string(content)
        if not proto.graph.node:
            raise UnreadableError(f"{path}: it is no ONNX model, or one without a layer")
        _refuse_files_beside(onnx, proto, str(path))
        onnx.checker.check_model(proto)
    return proto


def _refuse_files_beside(onnx: Any, proto: Any, called: str) -> None:
    """Refuse a model of which a tensor, wherever it stands, has its numbers in another file: that could be any."""
    for tensor in _tensors(onnx, proto):
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            what = f"{called}: its weights stand in another file, {tensor.name or 'a constant'} for one"
            raise UnreadableError(f"{what}; save the model with its weights in it (save_as_external_data=False)")


def _tensors(onnx: Any, message: Any) -> Iterator[Any]:
    """Every tensor of a message: of initializers, also sparse ones, and of attributes, functions and inner graphs."""
    if isinstance(message, onnx.TensorProto):
        yield message
        return
    for kind, value in message.ListFields():
        if kind.message_type is not None:
            for part in [value] if hasattr(value, "ListFields") else value:
                yield from _tensors(onnx, part)


class _Reader:
    """Goes through the nodes, of which each gives arrays, prepared samples, or values of the draft."""

    def __init__(self, proto: Any, output: str) -> None:
        self.onnx, self.proto = needed("onnx", WHAT), _unfolded(proto)
        self.to_array = needed("onnx.numpy_helper", WHAT).to_array
        self.draft, self.data = Draft(()), np.zeros(0)
        self.values: dict[str, Any] = {"": None}
        self.preparing: list[str] = []
        graph = self.proto.graph
        for tensor in graph.initializer:
            self.values[tensor.name] = self._array(tensor.name, self.to_array(tensor))
        self.input = _input_of(self.proto)
        outputs = [entry.name for entry in graph.output]
        if output and output not in outputs:
            raise UsageError(f"the model has no output {output!r}; it has {', '.join(outputs)}")
        self.output = output or outputs[0]
        floats = [tensor.data_type for tensor in graph.initializer if tensor.data_type in (1, DOUBLE)]
        self.is_double = DOUBLE in floats
        self.opset = max(entry.version for entry in self.proto.opset_import if entry.domain in ("", "ai.onnx"))

    def _array(self, name: str, array: NDArray[Any]) -> Constant:
        """An array of the model: a parameter, which is shared where it is used twice.

        Exporters keep equal arrays once; numbers that are all alike, as biases of 0, are no sign of sharing but in
        a model of ours.
        """
        is_shared = self.proto.producer_name == DOMAIN or bool(array.size and (array != array.flat[0]).any())
        return Constant(array, (name,) if is_shared else ())

    def prepared(self, inputs: Any) -> NDArray[Any]:
        """The samples in the model's own precision."""
        entry = self.input
        kind = self.onnx.helper.tensor_dtype_to_np_dtype(entry.type.tensor_type.elem_type)
        samples = np.asarray(inputs)
        axes = len(entry.type.tensor_type.shape.dim)
        if samples.ndim != axes and entry.type.tensor_type.HasField("shape"):
            met = " x ".join(map(str, samples.shape))
            raise UsageError(f"the model takes an array of {axes} axes, samples first, but the inputs are {met}")
        self.values[entry.name] = Prepared(samples.astype(kind))
        return np.asarray(samples.astype(kind))

    def read(self) -> tuple[Value, NDArray[Any] | None, tuple[tuple[str, Any], ...]]:
        """The output, what the model answers to the samples, and how it brings answers back."""
        first = self.values[self.input.name].array
        for node in self.proto.graph.node:
            self._read_node(node)
        output = self.values[self.output]
        if isinstance(output, Prepared):
            raise UsageError("the model has no layers: it only prepares its inputs")
        if not isinstance(output, Shown):
            raise UsageError(f"the output {self.output} does not depend on the inputs; name another: output=")
        self.shown = output
        return output.value, self._answers(first), output.scaled

    def _answers(self, samples: NDArray[Any]) -> NDArray[Any] | None:
        """What the model answers; None where the reference evaluator lacks an operator, as an RNN's with ReLU."""
        try:
            evaluator = needed("onnx.reference", WHAT).ReferenceEvaluator(self.proto)
            [answers] = evaluator.run([self.output], {self.input.name: samples})
        except (RuntimeError, NotImplementedError):
            return None
        return np.asarray(answers, dtype=np.float64)

    def as_read(self, numbers: NDArray[Any], value: Value, scaled: tuple[tuple[str, Any], ...]) -> NDArray[Any]:
        """Targets, or answers, along the value's own axes, and before they are brought back."""
        places = [axis for axis in self.shown.axes if isinstance(axis, int)]
        if len(places) != len(value.axes):
            raise UsageError("the model answers with axes of size 1 that are no features; leave them out")
        sizes = [value.sizes[place] for place in places]
        is_whole = numbers.size == len(numbers) * int(np.prod(sizes, dtype=int))
        if is_whole and (scaled or places != sorted(places)):
            along = numbers.reshape(len(numbers), *sizes).transpose([0, *(1 + n for n in np.argsort(places))])
            numbers = along.astype(np.float64)
        for operator, array in reversed(scaled):
            numbers = {"Mul": numbers / array, "Div": numbers * array, "Add": numbers - array, "Sub": numbers + array}[
                operator
            ]
        return numbers

    def _read_node(self, node: Any) -> None:
        arguments = [self.values.get(name) for name in node.input]
        layers = [part for part in arguments if isinstance(part, Shown | Prepared | Scores | Stacked)]
        attributes = {a.name: self.onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Shape" and layers:
            made: Any = (Constant(self._shape(layers[0], attributes)),)
        elif not layers:
            made = self._folded(node, arguments)
        elif all(isinstance(part, Prepared) for part in layers) and self._prepares(node, arguments):
            made = (self._prepared_on(node, arguments, attributes),)
        else:
            made = self._layer(node, arguments, attributes)
        made = made if isinstance(made, tuple) else (made,)
        self.values |= dict(zip(node.output, made, strict=False))

    def _shape(self, of: Any, attributes: Mapping[str, Any]) -> NDArray[Any]:
        """The sizes of a layer's axes, the samples among them."""
        if isinstance(of, Prepared):
            sizes = list(of.array.shape)
        else:
            of_axes = {"samples": len(self.data), "one": 1}
            sizes = [of.value.axes[a].size if isinstance(a, int) else of_axes[a] for a in of.axes]
        return np.array(sizes[attributes.get("start", 0) : attributes.get("end", len(sizes))], np.int64)

    def _prepares(self, node: Any, arguments: list[Any]) -> bool:
        """Whether it only prepares the samples: an embedding takes them for places, which is a layer."""
        if node.domain == DOMAIN or node.op_type not in PREPARING:
            return False
        return node.op_type != "Gather" or isinstance(arguments[0], Prepared)

    def _prepared_on(self, node: Any, arguments: list[Any], attributes: Mapping[str, Any]) -> Prepared:
        """The samples one step on."""
        if node.op_type not in ("Identity", "Cast", "Transpose", "Unsqueeze", "Squeeze"):
            self.preparing.append(node.op_type)
        [array, *_] = self._computed(node, [part and part.array for part in arguments])
        axis = next(part.axis for part in arguments if isinstance(part, Prepared))
        if node.op_type == "Transpose":
            order = attributes.get("perm", list(range(array.ndim))[::-1])
            return Prepared(array, list(order).index(axis))
        if node.op_type in ("Unsqueeze", "Squeeze"):
            sizes = array.shape
            count = len(arguments[0].array) if axis == 0 else 0
            axis = 0 if sizes[:1] == (count,) else axis + (1 if node.op_type == "Unsqueeze" else -1)
        return Prepared(array, axis)

    def _folded(self, node: Any, arguments: list[Any]) -> tuple[Constant, ...]:
        """Arrays computed of arrays, which remember of which parameters they are."""
        arrays = self._computed(node, [part and part.array for part in arguments])
        parts = [part for part in arguments if part is not None and part.roots]
        roots = tuple(root for part in parts for root in part.roots)
        if node.op_type == "Constant":
            return (self._array(node.output[0], arrays[0]),)
        view = " ".join(part.view for part in parts)
        if node.op_type == "Transpose" and arrays[0].ndim == 2:
            view = turned_view(view)
        elif node.op_type not in KEEPING:
            others = (
                [part.array.tolist() for part in arguments if part is not None and part is not parts[0]]
                if parts
                else []
            )
            view = f"{view} {node.op_type} {others}"
        return tuple(Constant(array, roots, view) for array in arrays)

    def _computed(self, node: Any, arrays: list[Any]) -> list[NDArray[Any]]:
        """What a node gives, by onnx's reference evaluator."""
        helper = self.onnx.helper
        named = {name: array for name, array in zip(node.input, arrays, strict=True) if name}
        kinds = {name: helper.np_dtype_to_tensor_dtype(array.dtype) for name, array in named.items()}
        entries = [helper.make_tensor_value_info(name, kinds[name], array.shape) for name, array in named.items()]
        outputs = [helper.make_empty_tensor_value_info(name) for name in node.output if name]
        graph = helper.make_graph([node], "one", entries, outputs)
        model = helper.make_model(graph, opset_imports=self.proto.opset_import, functions=self.proto.functions)
        try:
            computed = needed("onnx.reference", WHAT).ReferenceEvaluator(model).run(None, named)
        except Exception as error:
            said = " ".join(str(error).split())[:150]
            raise UsageError(f"{node.name or node.output[0]}: {node.op_type} can't be computed: {said}") from None
        return [np.asarray(array) for array in computed]

    def _layer(self, node: Any, arguments: list[Any], attributes: Mapping[str, Any]) -> Any:
        operator = node.op_type
        own = node.domain == DOMAIN
        if own:
            operator = operator.rstrip("0123456789").rstrip("_")
        readers = OWN_FUNCTIONS if own else OPERATORS
        at = Place(
            *(self.draft, node.name, operator, attributes, len(self.data), self.is_double, self.opset),
            outputs=tuple(node.output),
            entering=self._entering,
        )
        at = replace(at, samples=len(self.values[self.input.name].array))
        if node.domain not in ("", "ai.onnx", DOMAIN) or operator not in readers:
            remedy = WITHOUT.get(operator, f"take one of {', '.join(OPERATORS)}")
            at.refuse(f"a template has no such layer; {remedy}")
        return readers[operator](at, arguments)

    def _entering(self, prepared: Prepared) -> Value:
        """The prepared samples as the draft's data: the first that a layer takes, and those again, turned or not."""
        samples = np.moveaxis(prepared.array, prepared.axis, 0)
        if not self.data.size:
            self.data = samples
            self.draft.data = tuple(map(Along, samples.shape[1:]))
            return self.draft.entering()
        for order in permutations(range(samples.ndim - 1)):
            if np.array_equal(self.data.transpose([0, *(1 + n for n in order)]), samples):
                return self.draft.permuted(self.draft.entering(), order)
        raise UsageError(
            "the model takes its inputs in two ways, once prepared and once not; a template takes them once"
        )


def _unfolded(proto: Any) -> Any:
    """The model with all functions but ours written out."""
    others = [(function.domain, function.name) for function in proto.functions if function.domain != DOMAIN]
    if not others:
        return proto
    return needed("onnx.inliner", WHAT).inline_selected_functions(proto, others, exclude=False)
