"""From a Keras model to a template: its configuration read layer by layer, with the arrays of its weights."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import UsageError
from xlbp.interchange.asked import array_of
from xlbp.interchange.draft import Draft, Value
from xlbp.interchange.drafted_text import About, Samples, Training
from xlbp.interchange.keras_file import KerasModel, read_keras_file
from xlbp.interchange.keras_layers import LAYERS, WITHOUT, Place
from xlbp.interchange.keras_training import loss_of, optimizer_of
from xlbp.interchange.made_template import Read, template_of
from xlbp.interchange.packages import needed
from xlbp.template.template import Template

ALIKE = 1e-4  # how far the template's answers may be off the model's, which are mostly in single precision


def template_of_keras(model: Any, inputs: Any, targets: Any, training: Training, about: About) -> Template:
    """A template of a Keras model, or of a ``.keras`` file; see :func:`xlbp.from_keras`.

    The loss and the optimizer of ``training`` may be Keras's.
    """
    is_file = isinstance(model, str | Path)
    saved = read_keras_file(Path(model)) if is_file else _saved(model)
    samples = array_of(inputs, "inputs")
    answers = None if is_file else _answers(model, samples)
    about = replace(about, title=about.title or f"{saved.config['config']['name']} of Keras")
    return template_of_saved(saved, Samples(samples, array_of(targets, "targets")), training, about, answers)


def template_of_saved(
    saved: KerasModel, given: Samples, training: Training, about: About, answers: Any = None
) -> Template:
    """The template of a model that was saved; how it was compiled stands for what ``training`` does not tell."""
    loss = loss_of(training.loss if training.loss is not None else saved.compiled.get("loss"))
    optimized = optimizer_of(training.optimizer if training.optimizer is not None else saved.compiled.get("optimizer"))
    draft, output = read_layers(saved, given.inputs)
    if optimized.note:
        draft.note(optimized.note)
    told = replace(
        training,
        loss=loss.name,
        optimizer=optimized.optimizer,
        learning_rate=training.learning_rate if training.learning_rate is not None else optimized.learning_rate,
        more={**optimized.more, **training.more},
        takes_logits=loss.takes_logits,
    )
    return template_of(Read(draft, output, given.inputs, answers, ALIKE), given, told, about)


def sizes_of(saved: KerasModel) -> tuple[int | None, ...]:
    """How far the axes of a sample go; None of one that may be of any length."""
    first = saved.layers[0]
    shape = first["config"].get("batch_shape") or saved.config["config"].get("build_input_shape")
    if not shape:
        raise UsageError("the model does not say what it takes; put an Input in front of its layers")
    return tuple(shape[1:])


def _saved(model: Any) -> KerasModel:
    """What Keras writes of a model, read again."""
    if not hasattr(model, "save") or not hasattr(model, "get_config"):
        raise UsageError(f"from_keras takes a Keras model, or the path of a .keras file, not {type(model).__name__}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return read_keras_file(path)


def _answers(model: Any, samples: NDArray[Any]) -> NDArray[Any]:
    """What the model answers to the samples, as in testing."""
    ops = needed("keras.ops", "asking a Keras model")
    return np.asarray(ops.convert_to_numpy(model(samples, training=False)), dtype=np.float64)


def read_layers(saved: KerasModel, samples: NDArray[Any]) -> tuple[Draft, Value]:
    """The draft of a model, and its output."""
    kind = saved.config.get("class_name")
    draft = Draft(samples.shape[1:])
    if kind == "Sequential":
        return draft, _in_a_row(draft, saved)
    if kind != "Functional":
        raise UsageError(f"the model is a {kind}, whose code is not read; build it as a Sequential or functional model")
    return draft, _in_a_graph(draft, saved)


def _in_a_row(draft: Draft, saved: KerasModel) -> Value:
    """The layers of a Sequential, each taking the one before."""
    value = draft.entering()
    for layer in saved.layers:
        if layer["class_name"] != "InputLayer":
            value = _layer(draft, saved, layer, [value], {})
    return value


def _in_a_graph(draft: Draft, saved: KerasModel) -> Value:
    """The layers of a functional model, each as often as it is called."""
    made: dict[tuple[str, int], Value] = {}
    waiting = [(layer, number) for layer in saved.layers for number in range(max(len(layer["inbound_nodes"]), 1))]
    inputs = [layer for layer in saved.layers if layer["class_name"] == "InputLayer"]
    if len(inputs) != 1:
        raise UsageError(f"the model has {len(inputs)} inputs; a template has one")
    while waiting:
        ready = [(layer, number) for layer, number in waiting if _is_ready(layer, number, made)]
        if not ready:
            raise UsageError("the model's layers take each other in a circle; it can't be read")
        for layer, number in ready:
            name = layer["config"]["name"]
            node = layer["inbound_nodes"][number] if layer["inbound_nodes"] else {"args": [], "kwargs": {}}
            given = [made[place] for place in _tensors([node["args"], node["kwargs"]])]
            is_input = layer["class_name"] == "InputLayer"
            made[name, number] = draft.entering() if is_input else _layer(draft, saved, layer, given, node["kwargs"])
        waiting = [entry for entry in waiting if entry not in ready]
    return made[_output(saved)]


def _is_ready(layer: Mapping[str, Any], number: int, made: Mapping[tuple[str, int], Value]) -> bool:
    """Whether all that a call of a layer takes is there."""
    nodes = layer["inbound_nodes"]
    return not nodes or all(place in made for place in _tensors([nodes[number]["args"], nodes[number]["kwargs"]]))


def _tensors(part: Any) -> list[tuple[str, int]]:
    """The layers, and which of their calls, whose tensors stand among arguments."""
    if isinstance(part, Mapping):
        if part.get("class_name") == "__keras_tensor__":
            name, number, _ = part["config"]["keras_history"]
            return [(name, number)]
        return _tensors(list(part.values()))
    if isinstance(part, list):
        return [place for inner in part for place in _tensors(inner)]
    return []


def _output(saved: KerasModel) -> tuple[str, int]:
    """The layer, and the call of it, that the model answers with."""
    outputs = saved.config["config"]["output_layers"]
    if outputs and isinstance(outputs[0], list):
        if len(outputs) > 1:
            raise UsageError(f"the model has {len(outputs)} outputs; a template has one")
        outputs = outputs[0]
    return outputs[0], outputs[1]


def _layer(
    draft: Draft, saved: KerasModel, layer: Mapping[str, Any], given: Sequence[Value], call: Mapping[str, Any]
) -> Value:
    config, kind = layer["config"], layer["class_name"]
    name = config["name"]
    at = Place(draft, name, kind, config, saved.arrays.get(name, {}), call)
    if kind not in LAYERS:
        at.refuse(f"a template has no such layer; {WITHOUT.get(kind, 'write it with layers of its own')}")
    for key in ("kernel_regularizer", "bias_regularizer", "recurrent_regularizer", "activity_regularizer"):
        if config.get(key):
            at.refuse(f"it has a {key}; leave it out, and take l1 or l2 in the training")
    for key in ("kernel_constraint", "bias_constraint", "recurrent_constraint"):
        if config.get(key):
            at.refuse(f"it has a {key}, which is not to be had; leave it out")
    return LAYERS[kind](at, given)
